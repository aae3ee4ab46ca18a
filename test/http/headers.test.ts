import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { ApiError } from '../../src/failures.ts'
import { readBearer } from '../../src/http/bearer.ts'
import { readIdempotencyKey } from '../../src/http/v1/trigger.ts'
import { mintToken } from '../../src/keys/token.ts'

const runs = { numRuns: 5000 }
const token = mintToken()
const latin = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })
const mixed = (...pieces: string[]) =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: latin }), {
      maxLength: 5,
    })
    .map((parts) => parts.join(''))

/** A header as a request would bring it; undefined where none could. */
const asSent = (name: string, text: string) => {
  try {
    return new Request('http://localhost', { headers: { [name]: text } })
  } catch {
    return undefined
  }
}

test('an Authorization header gives its key where it is one scheme, one space and one key, and else a refusal that repeats nothing', () => {
  const headers = mixed(
    'Bearer',
    'bearer',
    'BEARER',
    ' ',
    ' ',
    token,
    token,
    'Basic',
    '\t',
    ',',
    token.slice(8),
    '"',
  )
  let read = 0
  fc.assert(
    fc.property(headers, (header) => {
      const result = readBearer(header)
      const isRight = header.toLowerCase().startsWith('bearer ') && header.slice(7) === token
      if (isRight) read++
      expect(result instanceof ApiError ? undefined : result).toBe(isRight ? token : undefined)
      if (!(result instanceof ApiError)) return
      expect(result.status).toBe(401)
      expect(result.message).not.toContain(token.slice(8))
    }),
    { ...runs, examples: [[`Bearer ${token}`], [`bEARER ${token}`]] },
  )
  expect(read).toBeGreaterThan(0)
})

/** What the header means, by hand: quotes around it are no part of it, and inside there are none. */
const keyIn = (header: string) => {
  const isQuoted = header.length > 1 && header.startsWith('"') && header.endsWith('"')
  const inside = isQuoted ? header.slice(1, -1) : header
  const isPlain = [...inside].every((one) => one >= ' ' && one <= '~' && one !== '"')
  return isPlain && inside.length >= 1 && inside.length <= 255 ? inside : undefined
}

test('an Idempotency-Key gives the same name bare and quoted, and else a refusal', () => {
  const headers = fc.oneof(
    mixed('"', '"', 'order', ' ', '7', '\\', 'é', 'x'.repeat(127)),
    fc.integer({ min: 250, max: 260 }).map((length) => 'k'.repeat(length)),
    fc.integer({ min: 250, max: 260 }).map((length) => `"${'k'.repeat(length)}"`),
  )
  let read = 0
  fc.assert(
    fc.property(headers, (header) => {
      const request = asSent('idempotency-key', header)
      fc.pre(request !== undefined)
      // White space around a header is no part of it.
      const expected = keyIn(request.headers.get('idempotency-key') ?? '')
      if (expected !== undefined) read++
      let key: string | null | undefined
      try {
        key = readIdempotencyKey(request)
      } catch (error) {
        expect((error as ApiError).reason).toBe('invalid_idempotency_key')
      }
      expect(key).toBe(expected)
    }),
    runs,
  )
  expect(read).toBeGreaterThan(0)
})
