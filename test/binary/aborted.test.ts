import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { askAt, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { answer } from '../support/gate.ts'
import { answersIn, sendRaw, statusOf } from '../support/raw.ts'

const directory = temporaryDirectory()
let server: Awaited<ReturnType<typeof startBinary>>
let database: Database
let key = ''

beforeAll(async () => {
  server = await startBinary(directory.path, {
    CALLGATE_REQUESTS_PER_MINUTE: '1000000',
    CALLGATE_CONCURRENT_CALLS: '1000',
  })
  key = await (await provision(server.command)).newKey()
  database = new Database(directory.database, { readonly: true })
})
afterAll(async () => {
  database.close()
  await server.kill()
  directory[Symbol.dispose]()
})

/** How many calls there are once all that came before has been dealt with. */
const callCount = async () => {
  await askAt(server.url, key)
  return Number(database.query('select count(*) from calls').values()[0]?.[0])
}

const body = '{"phone_number":"+15551234507"}'
const posting = (path: string, sent: string, ...headers: string[]) =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: callgate.test',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${sent.length}`,
    ...headers,
    '',
    sent,
  ].join('\r\n')
const ordering = (...headers: string[]) => posting('/api/v1/calls/trigger', body, ...headers)
/** Sends an order until the one before it is no longer in flight. */
const orderAgain = async (idempotencyKey: string): Promise<string> => {
  const received = await sendRaw(server.url, ordering(idempotencyKey, 'Connection: close'))
  return statusOf(received) === 409 ? orderAgain(idempotencyKey) : received
}
const named = (idempotencyKey: string) => `Idempotency-Key: ${idempotencyKey}`

/** What comes in one write behind the last byte of a request. */
const surpluses: [name: string, bytes: () => string][] = [
  ['one more CRLF', () => '\r\n'],
  ['ten more CRLFs', () => '\r\n'.repeat(10)],
  ['a bare LF', () => '\n'],
  ['bytes that are no request', () => 'nonsense\r\n\r\n'],
  ['a brace too many', () => '}\r\n\r\n'],
  ['a NUL', () => '\0'],
  ['a request that is cut', () => 'GET /api'],
  ['a request without Host', () => 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['a request that is right', () => 'GET /healthz HTTP/1.1\r\nHost: callgate.test\r\n\r\n'],
  ['another order', () => ordering()],
]

describe.each(surpluses)('with %s behind it', (name, surplus) => {
  test('an order makes a call exactly where it is answered with 200', async () => {
    const before = await callCount()
    const received = await sendRaw(server.url, `${ordering()}${surplus()}`, { patienceMs: 300 })
    const answered = received.split('HTTP/1.1 200 OK').filter((part) => part.includes('"call_id"')).length
    expect((await callCount()) - before).toBe(answered)
  })

  test('an order with an Idempotency-Key makes one call, however often it is sent', async () => {
    const before = await callCount()
    const idempotencyKey = named(name)
    const first = await sendRaw(server.url, `${ordering(idempotencyKey)}${surplus()}`, { patienceMs: 300 })
    const again = await orderAgain(idempotencyKey)
    expect(statusOf(again)).toBe(200)
    expect(again.includes('idempotent-replayed: true')).toBe(first.includes('"call_id"'))
    const others = name === 'another order' && answersIn(first) > 1 ? 1 : 0
    expect((await callCount()) - before).toBe(1 + others)
  })

  test('an order to hang up ends the call exactly where it is answered with 200', async () => {
    const { call_id } = await answer(await triggerAt(server.url, key, '07'))
    const path = `/api/v1/calls/${call_id}`
    const received = await sendRaw(server.url, `${posting(`${path}/end`, '')}${surplus()}`, {
      patienceMs: 300,
    })
    const call = await answer(await askAt(server.url, key, path))
    expect(call.data?.reason_code === 'ended_on_request').toBe(received.includes('"ended_on_request"'))
  })
})

test('a client that resets its connection and tries again gets one call', async () => {
  const before = await callCount()
  for (let order = 0; order < 20; order++) {
    await sendRaw(server.url, ordering(named(`reset-${order}`)), { reset: true })
    const again = await orderAgain(named(`reset-${order}`))
    expect(statusOf(again)).toBe(200)
    expect((await callCount()) - before).toBe(order + 1)
  }
})
