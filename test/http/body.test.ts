import { describe, expect, test } from 'bun:test'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'
import { expectNothingLeft } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

const phone_number = '+15551234507'
const good = JSON.stringify({ phone_number })
const limitBytes = 32 * 1024

const post = (gate: Gate, body: RequestInit['body'], type: string | null = 'application/json', more = {}) =>
  gate.authorized('/api/v1/calls/trigger', {
    method: 'POST',
    headers: { ...(type === null ? {} : { 'content-type': type }), ...more },
    body: body ?? null,
  })

/** A body of exactly this many bytes that is right in every other way. */
const bodyOfBytes = (bytes: number) => {
  const empty = JSON.stringify({ phone_number, metadata: { padding: '' } })
  return JSON.stringify({ phone_number, metadata: { padding: 'x'.repeat(bytes - empty.length) } })
}

/** A body that is nested this deep, its own braces counted. */
const bodyOfDepth = (levels: number) =>
  `{"phone_number":"${phone_number}","metadata":${'{"a":'.repeat(levels - 1)}1${'}'.repeat(levels)}`

const streamed = (chunk: Uint8Array, count: number) => {
  let sent = 0
  return new ReadableStream<Uint8Array>({
    pull: (controller) => (sent++ < count ? controller.enqueue(chunk) : controller.close()),
  })
}

describe('refuses, and leaves neither a row nor a lease, a body with', () => {
  test.each([
    ['no content type', null],
    ['a form’s content type', 'application/x-www-form-urlencoded'],
    ['a multipart content type', 'multipart/form-data; boundary=x'],
    ['plain text', 'text/plain'],
    ['text that says JSON', 'text/json'],
    ['a type that only begins like JSON', 'application/jsonp'],
    ['another charset', 'application/json; charset=utf-16'],
    ['two content types', 'application/json, text/plain'],
  ])('%s: 415', async (_what, type) => {
    const gate = createGate()
    await expectRefusal(await post(gate, new TextEncoder().encode(good), type), 415, 'unsupported_media_type')
    expectNothingLeft(gate)
  })

  test.each(['gzip', 'deflate', 'br', 'zstd', 'GZIP', 'identity, gzip', 'x-gzip'])(
    'the encoding %s: 415, which says that none is accepted',
    async (encoding) => {
      const gate = createGate()
      const zipped = Bun.gzipSync(new TextEncoder().encode(good))
      const response = await post(gate, zipped, 'application/json', { 'content-encoding': encoding })
      const { headers } = await expectRefusal(response, 415, 'unsupported_encoding')
      expect(headers.get('accept-encoding')).toBe('identity')
      expectNothingLeft(gate)
    },
  )

  test('32 KB and a byte: 413', async () => {
    const gate = createGate()
    await expectRefusal(await post(gate, bodyOfBytes(limitBytes + 1)), 413, 'body_too_large')
    expectNothingLeft(gate)
  })

  test('more than 32 KB by its own account: 413', async () => {
    const gate = createGate()
    const declared = { 'content-length': String(limitBytes + 1) }
    await expectRefusal(await post(gate, good, 'application/json', declared), 413, 'body_too_large')
    expectNothingLeft(gate)
  })

  test('no declared length and no end: 413, and it is read no further', async () => {
    const gate = createGate()
    const endless = streamed(new Uint8Array(1024).fill(0x20), Number.POSITIVE_INFINITY)
    await expectRefusal(await post(gate, endless), 413, 'body_too_large')
    expectNothingLeft(gate)
  })

  const latin1 = new Uint8Array([
    ...new TextEncoder().encode('{"phone_number":"+15551234507","name":"Zo'),
    0xeb,
  ])
  test.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ['nothing in it', ''],
    ['spaces only', '  \n'],
    ['a missing brace', good.slice(0, -1)],
    ['something behind it', `${good}x`],
    ['single quotes', "{'phone_number':'+15551234507'}"],
    ['a trailing comma', '{"phone_number":"+15551234507",}'],
    ['NaN', '{"phone_number":"+15551234507","metadata":{"a":NaN}}'],
    ['a form where JSON should be', 'phone_number=%2B15551234507'],
    ['a byte that is not UTF-8', new Uint8Array([...latin1, 0x22, 0x7d])],
    ['an encoded surrogate', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['33 levels', bodyOfDepth(33)],
    ['10,000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ])('%s: invalid_json', async (_what, body) => {
    const gate = createGate()
    await expectRefusal(await post(gate, body), 400, 'invalid_json')
    expectNothingLeft(gate)
  })
})

describe('takes a body that', () => {
  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('may say %s', async (type) => {
    expect((await post(createGate(), JSON.stringify({ phone_number }), type)).status).toBe(200)
  })

  test.each(['identity', 'Identity', ''])('may say that it has the encoding %p', async (encoding) => {
    const response = await post(createGate(), good, 'application/json', { 'content-encoding': encoding })
    expect(response.status).toBe(200)
  })

  test('may have exactly 32 KB and 32 levels', async () => {
    const gate = createGate()
    expect((await post(gate, bodyOfBytes(limitBytes))).status).toBe(200)
    expect((await post(gate, bodyOfDepth(32))).status).toBe(200)
  })

  test('may come in pieces, cut in the middle of a character', async () => {
    const gate = createGate()
    const bytes = new TextEncoder().encode(JSON.stringify({ phone_number, name: 'Zoë' }))
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte))
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const piece = pieces.shift()
        if (piece) controller.enqueue(piece)
        else controller.close()
      },
    })
    const { call_id = '' } = await answer(await post(gate, body))
    expect(atOnce(gate.services.calls.find(call_id))?.name).toBe('Zoë')
  })
})
