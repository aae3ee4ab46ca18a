import { tokenHash } from '../keys/token.ts'

export const recoveryCodeCount = 10

/** Crockford's base32: no letter that is read as another one or as a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
/** 120 bits: ASVS 6.5.2 accepts a plain hash from 112 bits on. */
const characters = 24
const groupOf = 6

/** New recovery codes, in groups that people can type. */
export const newRecoveryCodes = () => Array.from({ length: recoveryCodeCount }, newRecoveryCode)

const newRecoveryCode = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(characters))
  // 32 divides 256, so the remainder is not biased.
  const text = [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('')
  return (text.match(new RegExp(`.{${groupOf}}`, 'g')) ?? []).join('-')
}

/** The hash of a recovery code, however it was typed. */
export const recoveryCodeHash = (typed: string) => {
  const letters = typed.toLowerCase().replaceAll(/[^a-z\d]/g, '')
  return tokenHash(letters.replaceAll('o', '0').replaceAll(/[il]/g, '1'))
}
