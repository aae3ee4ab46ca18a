import { describe, expect, test } from 'bun:test'
import { placementFrom } from '../../src/providers/answers.ts'
import { requestJson, tidy } from '../../src/providers/wire.ts'
import { serving } from '../support/fakes/serving.ts'
import { send } from '../support/send.ts'

const timeoutMs = 300

describe('a header that HTTP forbids', () => {
  test.each(['two\nlines', 'a – dash', 'nul\0'])(
    '%j: nothing leaves, and it is not repeated',
    async (value) => {
      using server = await serving(Response.json({}))
      const result = await requestJson(send, server.url, {
        method: 'POST',
        headers: { authorization: value },
        body: {},
        timeoutMs,
      })
      expect(result.kind).toBe('unsent')
      expect(JSON.stringify(result)).not.toContain(value.slice(0, 3))
      expect(server.seen).toEqual([])
      const rules = { idIn: () => undefined, complaintIn: () => undefined, isCapacity: () => false }
      expect(placementFrom('Somebody', result, rules)).toEqual({
        outcome: 'refused',
        code: 'provider_unreachable',
        reason: 'Somebody could not be called: a header contains characters that HTTP forbids.',
      })
    },
  )
})

test('a response of more parts than any report has is not parsed: it would hold the event loop up', async () => {
  const brackets = '['.repeat(100_000) + ']'.repeat(100_000)
  using server = await serving(() => new Response(brackets))
  const result = await requestJson(send, server.url, { headers: {}, timeoutMs: 5000 })
  expect(result).toEqual({ kind: 'answered', status: 200, json: undefined })
})

describe('a body', () => {
  test.each<[unknown, string, string]>([
    [{ a: 1 }, 'application/json', '{"a":1}'],
    [new URLSearchParams({ a: 'b c' }), 'application/x-www-form-urlencoded', 'a=b+c'],
  ])('%p is sent as %s', async (body, type, sent) => {
    using server = await serving(Response.json({}))
    await requestJson(send, server.url, { method: 'POST', headers: {}, body, timeoutMs })
    expect(server.seen[0]?.headers.get('content-type')).toBe(type)
    expect(server.seen[0]?.body).toBe(sent)
  })
})

describe('foreign words', () => {
  test.each([
    ['to +15551234567.', 'to (number).'],
    ['+1 (555) 123-4567 is bad', '(number) is bad'],
    ['(555) 123-4567', '(number)'],
    ['0049/171–123 45 67', '(number)'],
    ['555.123.4567', '(number)'],
    ['tel:+1-555-123-4567;', 'tel:(number);'],
    ['call_15551234567', 'call_(number)'],
    ['error 21211: 486 of 2', 'error 21211: 486 of 2'],
    ['+1234567', '(number)'],
  ])('%j become %j', (words, told) => {
    expect(tidy(words)).toBe(told)
  })

  test('are one line and not endless, and no number comes through at the cut', () => {
    expect(tidy(' a\r\n\tb ')).toBe('a b')
    expect(tidy('x'.repeat(600))).toHaveLength(500)
    expect(tidy(`${'x'.repeat(495)}+15551234567`)).not.toMatch(/\d/)
    expect(tidy(undefined)).toBe('')
  })
})
