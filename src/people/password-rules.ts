import commonPasswords from './common-passwords.txt' with { type: 'text' }

export const passwordLeast = 12
/** Bounds the work of a hash. A longer password is rejected, never cut. */
export const passwordMost = 1024

/** Shorter parts of an address, such as "com", are in too many good passwords. */
const emailPartLeast = 4
const productName = 'callgate'

export const passwordTooLong = `The password must have at most ${passwordMost.toLocaleString('en')} characters.`

/** Why a new password is not allowed for the account, as a sentence; undefined where it is. */
export const passwordFlaw = (password: string, email: string): string | undefined => {
  if (password.length < passwordLeast) return `The password must have at least ${passwordLeast} characters.`
  if (password.length > passwordMost) return passwordTooLong
  const folded = fold(password)
  if (isCommon(folded)) return 'This password is one of the most common ones. Choose another.'
  if (folded.includes(productName)) return `The password must not contain “${productName}”.`
  if (partsOf(email).some((part) => folded.includes(part)))
    return 'The password must not contain a part of your email address.'
  return undefined
}

/** Ignores case, and forms of the same character. */
const fold = (text: string) => text.normalize('NFKC').toLowerCase()

const isCommon = (folded: string) => !folded.includes('\n') && commonPasswords.includes(`\n${folded}\n`)

/** The words of an address, without the top-level domain. */
const partsOf = (email: string) => {
  const [local = '', domain = ''] = fold(email).split('@')
  const words = [...local.split(/[^\p{L}\p{N}]+/u), ...domain.split('.').slice(0, -1)]
  return words.filter(({ length }) => length >= emailPartLeast)
}
