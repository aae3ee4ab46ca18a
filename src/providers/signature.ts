import { createHmac, timingSafeEqual } from 'node:crypto'

type Algorithm = 'sha1' | 'sha256' | 'sha512'

export const hmac = (
  algorithm: Algorithm,
  key: string | Uint8Array,
  encoding: 'hex' | 'base64',
  ...parts: (string | Uint8Array)[]
) => {
  const mac = createHmac(algorithm, key)
  for (const part of parts) mac.update(part)
  return mac.digest(encoding)
}

/** Compares in constant time. */
export const isSame = (given: string, expected: string) => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** True for a signed time within the tolerance, past or future: anything else may be a replay. */
export const isFresh = (signedAt: number, now: number, toleranceMs: number) =>
  Number.isFinite(signedAt) && Math.abs(now - signedAt) <= toleranceMs

/** Basic authorization. */
export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
