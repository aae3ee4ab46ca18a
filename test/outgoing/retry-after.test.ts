import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readRetryAfter as readInClient } from '../../src/client/retry-after.ts'
import { readRetryAfter } from '../../src/outgoing/retry-after.ts'
import { retryAfterCases } from '../support/retry-after.ts'

const runs = { numRuns: 5000 }
const longest = 2 ** 31

describe.each([
  ['the gate', readRetryAfter],
  ['the client', readInClient],
])('a Retry-After as %s reads it', (_, read) => {
  // The last day has one digit in the form of C's asctime.
  const times = ['2026-01-15T12:00:00Z', '2028-02-29T23:59:59Z', '2026-03-01T00:00:00Z'].map(Date.parse)
  test.each(
    times.flatMap((now) => retryAfterCases.map((one) => [one.written(now), one.seconds, now] as const)),
  )('%p asks for %p seconds', (written, seconds, now) => {
    expect(read(written, now)).toBe(seconds)
    expect(read(` ${written}\t`, now)).toBe(seconds)
  })

  test('that is not there asks for nothing', () => {
    expect(read(null, 0)).toBeUndefined()
  })

  test('is seconds from now, or any date of this century, and part of a second is a whole one', () => {
    const now = Date.parse('2026-01-15T12:00:00Z')
    fc.assert(
      fc.property(fc.nat(longest), fc.nat(2_000_000_000), fc.nat(999), (seconds, from, ms) => {
        expect(read(String(seconds), now)).toBe(seconds)
        const date = new Date(now + from * 1000).toUTCString()
        expect(read(date, now + ms)).toBe(from)
      }),
      runs,
    )
  })

  test('never asks for less than nothing or for no number at all, whatever is in it', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'0123456789-+.e, :GMT'), maxLength: 400 }),
      fc.integer({ min: 300, max: 400 }).map((digits) => '9'.repeat(digits)),
    )
    fc.assert(
      fc.property(fc.option(texts), (header) => {
        const seconds = read(header, 0) ?? 0
        expect(Number.isInteger(seconds)).toBe(true)
        expect(seconds).toBeWithin(0, longest + 1)
      }),
      runs,
    )
  })
})
