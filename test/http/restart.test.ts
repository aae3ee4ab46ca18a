import { expect, test } from 'bun:test'
import { settled } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { restarted } from '../support/orders.ts'

/** What the next process counts of production's requests, after the gate's was killed. */
const countedAfterKill = async (gate: Gate, path: string) => {
  using next = await restarted(gate, path)
  return next.services.windows.count(gate.production.id, next.clock.monotonic())
}

/** A trigger whose body comes when it is told to. */
const slowTrigger = (gate: Gate) => {
  const { promise: told, resolve: tell } = Promise.withResolvers<void>()
  const body = new ReadableStream({
    start: async (controller) => {
      await told
      controller.enqueue(new TextEncoder().encode('{"phone_number":"+15551234507"}'))
      controller.close()
    },
  })
  const headers = { 'content-type': 'application/json' }
  const response = gate.authorized('/api/v1/calls/trigger', { method: 'POST', headers, body })
  return { response, tell }
}

test('a request counts once after a kill: written by the second, as a call, or as both', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  await gate.authorized('/api/v1/key')
  const slow = slowTrigger(gate)
  await settled()
  expect((await gate.trigger('07')).status).toBe(200)
  expect((await gate.postJson('/api/v1/calls/trigger', '{')).status).toBe(400)
  await gate.clock.advance(1000)
  slow.tell()
  expect((await slow.response).status).toBe(200)
  expect((await gate.trigger('07')).status).toBe(200)
  // This one is forgotten: it placed no call, and the second is not over.
  await gate.authorized('/api/v1/key')
  expect(await countedAfterKill(gate, directory.database)).toBe(5)
})

test('a retry of a trigger counts as the request that it is, and its call no second time', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const trigger = () =>
    gate.authorized('/api/v1/calls/trigger', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'once' },
      body: '{"phone_number":"+15551234507"}',
    })
  const first = await answer(await trigger())
  await gate.clock.advance(1000)
  expect((await answer(await trigger())).call_id).toBe(first.call_id ?? '')
  await gate.clock.advance(1000)
  expect(await countedAfterKill(gate, directory.database)).toBe(2)
})
