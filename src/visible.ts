/** Control characters, line and paragraph separators, and those that change the direction of text (Bidi_Control). */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u
const hiddenOnTerminals = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** True where a text holds characters that nobody sees, and that can make it read as another one. */
export const hasHidden = (text: string) => hidden.test(text)

/**
 * A text as a terminal may get it: the hidden characters but line ends and tabs as `\u001b`, as JSON writes them. So no
 * text of a user moves the cursor, changes colours or reads backwards, and JSON keeps its meaning.
 */
export const visible = (text: string) =>
  text.replaceAll(
    hiddenOnTerminals,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
