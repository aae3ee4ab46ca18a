import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** What keys are derived for. None of the keys tells anything of another, or of the secret. */
type Purpose = 'vault' | 'digests' | 'audit' | 'backup' | 'secret check'

/** A key of 256 bits, derived from `CALLGATE_SECRET` with HKDF (RFC 5869). */
export const deriveKey = (secret: string, purpose: Purpose) =>
  new Uint8Array(hkdfSync('sha256', secret, '', `callgate ${purpose}`, 32))

/** HMAC-SHA-256 (RFC 2104) over a list of values: their JSON has one reading only. */
export const macOf = (key: Uint8Array, values: readonly (string | number | null)[]) =>
  createHmac('sha256', key).update(JSON.stringify(values)).digest('base64url')

export const isSameMac = (one: string, other: string) => {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
