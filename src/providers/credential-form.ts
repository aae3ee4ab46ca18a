/** The form of a credential; `words` follow "has the wrong form:". */
export interface CredentialForm {
  pattern: RegExp
  words: string
}

/** Printable ASCII without blanks: valid in any header, and no passphrase with blanks. */
export const plainForm: CredentialForm = {
  pattern: /^[\x21-\x7e]{1,1024}$/,
  words: 'it must be at most 1,024 printable ASCII characters without spaces',
}

/**
 * Of every secret that proves a provider's reports: whoever guesses it can end calls here. Its length is all that can be
 * asked of a secret that people choose.
 */
export const hookSecretForm: CredentialForm = {
  pattern: /^.{24,}$/,
  words: 'it must have at least 24 characters',
}

/** The source of a UUID pattern, for patterns with alternatives. */
export const uuidSource = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}'

/** Twilio: error 21470. */
export const accountSidForm: CredentialForm = {
  pattern: /^AC[\da-f]{32}$/i,
  words: 'it must be AC and 32 hex digits',
}
