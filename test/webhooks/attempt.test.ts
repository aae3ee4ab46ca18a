import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { retryAfterMs } from '../../src/webhooks/attempt.ts'

const now = Date.parse('2026-01-15T12:00:00Z')
const runs = { numRuns: 5000 }

test('a Retry-After is seconds from now, or a date', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.integer({ min: -1_000_000, max: 1_000_000 }), (seconds, from) => {
      expect(retryAfterMs(String(seconds), now)).toBe(seconds * 1000)
      const date = new Date(now + from * 1000).toUTCString()
      expect(retryAfterMs(date, now)).toBe(Math.max(0, from * 1000))
    }),
    runs,
  )
})

test('whatever else is in it, it never asks for less than nothing or for no number at all', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'0123456789-+.e, :GMT'), maxLength: 400 }),
    fc.integer({ min: 300, max: 400 }).map((digits) => '9'.repeat(digits)),
  )
  fc.assert(
    fc.property(fc.option(texts), (header) => {
      const ms = retryAfterMs(header, now)
      expect(Number.isFinite(ms)).toBe(true)
      expect(ms).toBeGreaterThanOrEqual(0)
    }),
    runs,
  )
})
