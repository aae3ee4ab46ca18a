import { expect, test } from 'bun:test'
import { mintToken } from '../../src/keys/token.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { expectRefusal } from '../support/refusal.ts'
import { callCount } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

const body = { phone_number: '+15551234507', metadata: { order: 7 } }
const day = 24 * 60 * 60_000

const triggerOnce = (gate: Gate, idempotencyKey: string, sent: unknown = body, token = gate.key) =>
  gate.authorized(
    '/api/v1/calls/trigger',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: typeof sent === 'string' ? sent : JSON.stringify(sent),
    },
    token,
  )

const slots = ({ services, production }: Gate) => services.leases.count(production.id)
const windowLeft = ({ services, production, config, clock }: Gate) =>
  services.windows.peek(production.id, config.requestsPerMinute, clock.monotonic()).remaining

test('a repeated request gets the first answer byte for byte, and makes no second call', async () => {
  const gate = createGate()
  const first = await triggerOnce(gate, 'order-7')
  const again = await triggerOnce(gate, 'order-7')
  expect(again.status).toBe(200)
  expect(await again.text()).toBe(await first.text())
  expect(first.headers.get('idempotent-replayed')).toBeNull()
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(callCount(gate)).toBe(1)
})

test('a replay costs a request but no slot, and works with all slots taken', async () => {
  const gate = createGate({ concurrentCalls: 1 })
  const { call_id } = await answer(await triggerOnce(gate, 'order-7'))
  expect(windowLeft(gate)).toBe(99)
  expect((await answer(await triggerOnce(gate, 'order-7'))).call_id).toBe(call_id ?? '')
  expect([windowLeft(gate), slots(gate)]).toEqual([98, 1])
})

test('bare and quoted are the same key, and spacing in the body is no difference', async () => {
  const gate = createGate()
  const first = await answer(await triggerOnce(gate, 'order 7'))
  const again = await answer(await triggerOnce(gate, '"order 7"', JSON.stringify(body, null, 2)))
  expect(again).toEqual(first)
})

test.each([
  ['another number', { ...body, phone_number: '+15551234500' }],
  ['other metadata', { ...body, metadata: { order: 8 } }],
  ['a name more', { ...body, name: 'Jane' }],
])('the same key with %s is a mismatch', async (_, other) => {
  const gate = createGate()
  await triggerOnce(gate, 'order-7')
  await expectRefusal(await triggerOnce(gate, 'order-7', other), 422, 'idempotency_mismatch')
  expect(callCount(gate)).toBe(1)
})

test('of fifty requests at once with one key exactly one makes a call, two hundred times', async () => {
  const gate = createGate({ requestsPerMinute: 1_000_000, concurrentCalls: 1000 })
  for (let round = 1; round <= 200; round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => triggerOnce(gate, `round-${round}`)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(49)
    expect(callCount(gate)).toBe(round)
  }
  expect(slots(gate)).toBe(200)
}, 30_000)

test('a request that meets the first one in flight is told to come back', async () => {
  const gate = createGate()
  const [first, second] = await Promise.all([triggerOnce(gate, 'order-7'), triggerOnce(gate, 'order-7')])
  expect(first.status).toBe(200)
  expect(second.status).toBe(409)
  expect((await answer(second)).code).toBe('idempotency_in_flight')
  expect(second.headers.get('retry-after')).toBe('1')
  expect((await triggerOnce(gate, 'order-7')).headers.get('idempotent-replayed')).toBe('true')
})

test('a refusal is never remembered: the key is free for the next try', async () => {
  const gate = createGate({ concurrentCalls: 1 })
  await gate.trigger('07')
  await expectRefusal(await triggerOnce(gate, 'order-7'), 429, 'concurrency_limited')
  await expectRefusal(await triggerOnce(gate, 'bad', { phone_number: '5' }), 400, 'invalid_phone_number')
  gate.database.sqlite.run('PRAGMA query_only = ON')
  const other = createGate()
  other.database.sqlite.run('PRAGMA query_only = ON')
  await expectRefusal(await triggerOnce(other, 'order-7'), 503, 'storage_unavailable')
  other.database.sqlite.run('PRAGMA query_only = OFF')
  expect((await triggerOnce(other, 'order-7')).headers.get('idempotent-replayed')).toBeNull()
})

test('a key belongs to its environment', async () => {
  const gate = createGate()
  const { id } = gate.environment('staging')
  atOnce(gate.services.environments.setDefaultAgent(id, gate.agent.id))
  const staging = gate.issue(id)
  const one = await answer(await triggerOnce(gate, 'order-7'))
  const two = await answer(await triggerOnce(gate, 'order-7', body, staging))
  expect(two.call_id).not.toBe(one.call_id ?? '')
})

test('a key outlives a restart and a rotation', async () => {
  using directory = temporaryDirectory()
  const before = createGate({ path: directory.database })
  const { call_id } = await answer(await triggerOnce(before, 'order-7'))
  const fresh = before.issue()
  expect((await answer(await triggerOnce(before, 'order-7', body, fresh))).call_id).toBe(call_id ?? '')
  before.database.close()
  const after = createGate({ path: directory.database })
  expect((await answer(await triggerOnce(after, 'order-7', body, fresh))).call_id).toBe(call_id ?? '')
})

test('a key is kept for 24 hours and no longer', async () => {
  const gate = createGate({ maxCallSeconds: 60 })
  const { call_id } = await answer(await triggerOnce(gate, 'order-7'))
  await gate.clock.advance(day - 1)
  expect((await answer(await triggerOnce(gate, 'order-7'))).call_id).toBe(call_id ?? '')
  await gate.clock.advance(1)
  expect((await answer(await triggerOnce(gate, 'order-7'))).call_id).not.toBe(call_id ?? '')
})

test('expired keys do not pile up', async () => {
  const gate = createGate({ requestsPerMinute: 1000, concurrentCalls: 1000 })
  for (let made = 0; made < 25; made++) await triggerOnce(gate, `old-${made}`)
  gate.clock.step(day)
  for (let made = 0; made < 5; made++) await triggerOnce(gate, `new-${made}`)
  gate.services.start()
  await gate.clock.advance(120_000)
  gate.services.halt()
  const rows = gate.database.sqlite.query('select count(*) from idempotency_keys').values()
  expect(rows).toEqual([[5]])
})

test.each([
  ['an empty key', ''],
  ['empty quotes', '""'],
  ['256 characters', 'x'.repeat(256)],
  ['a character that is not ASCII', 'clé'],
  ['a tab', 'a\tb'],
  ['a lone quote', '"open'],
  ['an API key, which would be kept', mintToken()],
  ['an API key in quotes', `"${mintToken()}"`],
])('%s is refused and costs no slot', async (_, idempotencyKey) => {
  const gate = createGate()
  await expectRefusal(await triggerOnce(gate, idempotencyKey), 400, 'invalid_idempotency_key')
  expect(slots(gate)).toBe(0)
})

test('255 characters make a key', async () => {
  const gate = createGate()
  expect((await triggerOnce(gate, 'x'.repeat(255))).status).toBe(200)
})
