import { expect, test } from 'bun:test'
import { Secret } from 'otpauth'
import fc from 'fast-check'
import { newTotpSecret, totpStep, totpUri } from '../../src/people/totp.ts'

/** The secret of RFC 6238, Appendix B, and the last six digits of its codes for SHA-1. */
const secret = Secret.fromLatin1('12345678901234567890').base32
const vectors = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const

test.each(vectors)('at second %d of RFC 6238 the code is %s', (second, code) => {
  expect(totpStep(secret, code, second * 1000)).toBe(Math.floor(second / 30))
})

test('a code is valid one step early and one step late, always as its own step, and no further', () => {
  for (const [second, code] of vectors) {
    const step = Math.floor(second / 30)
    const at = (steps: number) => totpStep(secret, code, (step + steps) * 30_000)
    expect([at(-2), at(-1), at(0), at(1), at(2)]).toEqual([undefined, step, step, step, undefined])
  }
})

test('nothing but six digits is a code', () => {
  for (const text of ['', '28708', '2870820', '287082 ', '٢٨٧٠٨٢', '28708a', '-87082'])
    expect(totpStep(secret, text, 59_000)).toBeUndefined()
})

test('a secret has 160 random bits, and its address names issuer, account and secret', () => {
  const made = new Set(Array.from({ length: 1000 }, newTotpSecret))
  expect(made.size).toBe(1000)
  for (const each of made) expect(each).toMatch(/^[A-Z2-7]{32}$/)
  fc.assert(
    fc.property(fc.emailAddress(), (email) => {
      const uri = new URL(totpUri(secret, email, 'gate.example.com'))
      expect(decodeURIComponent(uri.pathname)).toEndWith(`callgate gate.example.com:${email}`)
      expect(uri.searchParams.get('secret')).toBe(secret)
      expect(uri.searchParams.get('issuer')).toBe('callgate gate.example.com')
    }),
  )
})
