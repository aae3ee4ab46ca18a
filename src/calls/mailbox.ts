/** RFC 6531 §3.3: every script's characters, wherever RFC 5321 has letters. */
const letter = String.raw`A-Za-z0-9\u{80}-\u{10ffff}`
const atom = String.raw`[${letter}!#$%&'*+/=?^_\x60{|}~\-]+`
const quoted = String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u{80}-\u{10ffff}]|\\[\x20-\x7e])*"`
const label = String.raw`[${letter}](?:[${letter}\-]*[${letter}])?`
const literal = String.raw`\[[\x21-\x5a\x5e-\x7e]+\]`

/** RFC 5321 §4.1.2: local part, @, domain or address literal. */
const mailbox = new RegExp(
  String.raw`^(?:${atom}(?:\.${atom})*|${quoted})@(?:${label}(?:\.${label})*|${literal})$`,
  'u',
)

/** True for a syntactically valid address. The domain is not looked up. */
export const isMailbox = (text: string) => text.isWellFormed() && mailbox.test(text)
