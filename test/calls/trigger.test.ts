import { expect, test } from 'bun:test'
import { createGate, type Gate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'
import { callCount, expectNothingLeft } from '../support/rows.ts'

const readOnly = ({ database }: Gate, on: boolean) =>
  database.sqlite.run(`PRAGMA query_only = ${on ? 'ON' : 'OFF'}`)

test('a call that the disk does not take is refused, leaves no lease, and rings nobody later', async () => {
  const gate = createGate()
  readOnly(gate, true)
  const { sentence } = await expectRefusal(await gate.trigger(), 503, 'storage_unavailable')
  expect(sentence).toBe(
    'The request may not have been stored. If you send it again, use the same Idempotency-Key. Retry after 1 seconds.',
  )
  await gate.clock.advance(60_000)
  expectNothingLeft(gate)

  readOnly(gate, false)
  await gate.clock.advance(60_000)
  expectNothingLeft(gate)
  expect((await gate.trigger()).status).toBe(200)
})

test('a disk that takes nothing costs no slot, however often it is tried', async () => {
  const gate = createGate({ concurrentCalls: 2 })
  readOnly(gate, true)
  for (let tried = 0; tried < 10; tried++)
    await expectRefusal(await gate.trigger('07'), 503, 'storage_unavailable')
  readOnly(gate, false)
  const answers = await Promise.all([gate.trigger('07'), gate.trigger('07'), gate.trigger('07')])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
})

test('a request whose connection ends before the commit makes no call, costs no slot, and its key stays free', async () => {
  const gate = createGate()
  const order = (signal?: AbortSignal) =>
    gate.authorized('/api/v1/calls/trigger', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'order-7' },
      body: JSON.stringify({ phone_number: '+15551234507' }),
      ...(signal && { signal }),
    })
  const client = new AbortController()
  const asked = order(client.signal)
  client.abort()
  await expectRefusal(await asked, 499, 'request_aborted')
  expectNothingLeft(gate)

  const again = await order()
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, null])
  expect(callCount(gate)).toBe(1)
})

test('reading goes on while the disk takes nothing', async () => {
  const gate = createGate()
  readOnly(gate, true)
  for (const path of ['/api/v1/key', '/api/v1/agents', '/healthz'])
    expect((await gate.authorized(path)).status).toBe(200)
})

test('of many triggers at once, each granted one is on disk and no other', async () => {
  const gate = createGate({ requestsPerMinute: 1000, concurrentCalls: 37 })
  const answers = await Promise.all(Array.from({ length: 100 }, () => gate.trigger('07')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(37)
  expect(callCount(gate)).toBe(37)
  expect(gate.services.leases.count(gate.production.id)).toBe(37)
})
