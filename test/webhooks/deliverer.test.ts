import { afterEach, expect, test } from 'bun:test'
import { createGate, type Gate } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { startReceiver } from '../support/receiver.ts'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { deliver, listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

const running: Gate[] = []
afterEach(() => {
  for (const gate of running.splice(0)) gate.services.halt()
})

/** A gate that delivers. */
const createDelivering = () => {
  const gate = createGate()
  gate.services.deliverer.start()
  running.push(gate)
  return gate
}

/** Lets a call be answered and end, so that there is something to tell. */
const runCall = async (gate: Gate, environmentId = gate.production.id) => {
  const { id } = undispatched(gate, '00', { environmentId })
  const at = gate.clock.now()
  await gate.services.lifecycle.record(id, { type: 'answered', at })
  await gate.services.lifecycle.record(id, { type: 'ended', at, status: 'completed' })
  return id
}

const stateOf = ({ services }: Gate, callId: string) =>
  atOnce(services.deliveries.ofCall(callId)).map(({ event, state, attempts }) => [event, state, attempts])

test('tells a start before its end, signed as the official package expects', async () => {
  await using receiver = startReceiver()
  const gate = createDelivering()
  receiver.expect(listen(gate, receiver.url))
  const callId = await runCall(gate)
  await deliver(gate)
  expect(receiver.events()).toEqual(['call_started', 'call_ended'])
  expect(receiver.received.every(({ verified }) => verified)).toBe(true)
  expect(receiver.received.map(({ body }) => body.call_id)).toEqual([callId, callId])
  expect(stateOf(gate, callId)).toEqual([
    ['call_started', 'delivered', 1],
    ['call_ended', 'delivered', 1],
  ])
})

test('never tells an end while its start is still to be told', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 503 }))
  const gate = createDelivering()
  listen(gate, receiver.url)
  await runCall(gate)
  await deliver(gate)
  await deliver(gate, 5000)
  expect(receiver.events()).toEqual(['call_started', 'call_started'])
  receiver.answer(() => new Response())
  await deliver(gate, 300_000)
  expect(receiver.events().slice(2)).toEqual(['call_started', 'call_ended'])
})

test('an end that waits for its start is not due before it: an endpoint that is down is not looked at in vain', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 503 }))
  const gate = createDelivering()
  listen(gate, receiver.url)
  const { deliveries, lifecycle } = gate.services
  const dueNow = () => atOnce(deliveries.endpointsDue(gate.clock.now()))
  const before = await runCall(gate)
  const { id: after } = undispatched(gate)
  await lifecycle.record(after, { type: 'answered', at: gate.clock.now() })
  await deliver(gate)
  await lifecycle.record(after, { type: 'ended', at: gate.clock.now(), status: 'completed' })
  const summary = 'They agreed.'
  const ended = { type: 'ended', at: gate.clock.now(), status: 'completed', details: { summary } } as const
  for (const id of [before, after]) await lifecycle.record(id, ended)
  expect(dueNow()).toEqual([])
  receiver.answer(() => new Response())
  await deliver(gate, 5000)
  expect(dueNow()).toEqual([])
  for (const id of [before, after])
    expect(stateOf(gate, id)).toEqual([
      ['call_started', 'delivered', 2],
      ['call_ended', 'delivered', 1],
    ])
})

test('keeps the id and renews the timestamp with every attempt', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 500 }))
  const gate = createDelivering()
  receiver.expect(listen(gate, receiver.url))
  await runCall(gate)
  await deliver(gate)
  await deliver(gate, 5000)
  const [first, second] = receiver.received
  expect(second?.id).toBe(first?.id ?? '')
  expect(second?.timestamp).toBe((first?.timestamp ?? 0) + 5)
  expect(second?.verified).toBe(true)
})

test('for a day after a rotation every delivery carries both signatures, then one', async () => {
  await using receiver = startReceiver()
  const gate = createDelivering()
  const old = listen(gate, receiver.url)
  const fresh = mintWebhookSecret()
  atOnce(gate.services.webhooks.rotate(gate.production.id, fresh, gate.clock.now()))
  for (const secret of [old, fresh]) {
    receiver.expect(secret)
    await runCall(gate)
    await deliver(gate)
  }
  expect(receiver.received.map(({ verified }) => verified)).toEqual([true, true, true, true])
  expect(receiver.received[0]?.signatures).toHaveLength(2)
  await deliver(gate, 24 * 60 * 60_000)
  await runCall(gate)
  await deliver(gate)
  expect(receiver.received.at(-1)?.signatures).toHaveLength(1)
  expect(receiver.received.at(-1)?.verified).toBe(true)
  // A day has 86,400 ticks of the reconciler.
}, 30_000)

test('410 switches the endpoint off: nothing more is sent until somebody switches it on', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 410 }))
  const gate = createDelivering()
  listen(gate, receiver.url)
  const callId = await runCall(gate)
  await deliver(gate)
  await deliver(gate, 60_000)
  expect(receiver.received).toHaveLength(1)
  const { webhooks } = gate.services
  expect(atOnce(webhooks.find(gate.production.id))).toMatchObject({ enabled: false })
  expect(atOnce(webhooks.find(gate.production.id))?.offReason).toContain('410')
  receiver.answer(() => new Response())
  atOnce(webhooks.setEnabled(gate.production.id, true))
  await deliver(gate, 2000)
  expect(stateOf(gate, callId)).toEqual([
    ['call_started', 'dead', 1],
    ['call_ended', 'delivered', 1],
  ])
})

test('410 from an address that was replaced in the meantime never switches off the one in its place', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  await using old = startReceiver(async () => {
    await held
    return new Response('', { status: 410 })
  })
  await using receiver = startReceiver()
  const gate = createDelivering()
  listen(gate, old.url)
  const callId = await runCall(gate)
  while (old.received.length < 1) await gate.clock.advance(0)
  listen(gate, receiver.url)
  release()
  await deliver(gate)
  expect(atOnce(gate.services.webhooks.find(gate.production.id))).toMatchObject({
    enabled: true,
    offReason: null,
  })
  await deliver(gate, 5000)
  expect(receiver.events()).toEqual(['call_started', 'call_ended'])
  expect(stateOf(gate, callId)).toEqual([
    ['call_started', 'delivered', 2],
    ['call_ended', 'delivered', 1],
  ])
})

test('a redirect is a failure and is not followed', async () => {
  await using canary = startReceiver()
  await using receiver = startReceiver(() => Response.redirect(canary.url, 307))
  const gate = createDelivering()
  listen(gate, receiver.url)
  const callId = await runCall(gate)
  await deliver(gate)
  expect(canary.received).toEqual([])
  expect(atOnce(gate.services.deliveries.ofCall(callId))[0]).toMatchObject({
    state: 'pending',
    lastStatus: 307,
  })
})

test('a dead letter that is replayed is delivered once, under its old id', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 500 }))
  const gate = createDelivering()
  listen(gate, receiver.url)
  const { id } = undispatched(gate)
  await gate.services.lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
  await deliver(gate)
  for (let hour = 0; hour < 90; hour++) {
    gate.clock.step(60 * 60_000)
    await deliver(gate, 1000)
  }
  const [dead] = atOnce(gate.services.deliveries.ofCall(id))
  expect(dead).toMatchObject({ state: 'dead', attempts: 10 })
  const tried = receiver.received.length
  expect(tried).toBe(10)
  receiver.answer(() => new Response())
  expect(atOnce(gate.services.deliveries.replayDead(gate.production.id, gate.clock.now()))).toBe(1)
  await deliver(gate, 2000)
  await deliver(gate, 60_000)
  expect(receiver.received.slice(tried).map((one) => one.id)).toEqual([dead?.id ?? ''])
})

test('an endpoint that hangs delays no other', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  await using slow = startReceiver(async () => {
    await held
    return new Response()
  })
  await using quick = startReceiver()
  const gate = createDelivering()
  listen(gate, slow.url)
  const staging = gate.environment('staging').id
  listen(gate, quick.url, staging)
  for (let call = 0; call < 30; call++) await runCall(gate)
  await gate.clock.advance(1000)
  const quickCall = await runCall(gate, staging)
  while (quick.received.length < 2) await gate.clock.advance(0)
  expect(slow.received.length).toBeLessThanOrEqual(4)
  expect(quick.events()).toEqual(['call_started', 'call_ended'])
  release()
  await deliver(gate)
  expect(stateOf(gate, quickCall)[1]?.[1]).toBe('delivered')
})

test('endpoints that hang, so many that they take all the room, still leave every other its turn', async () => {
  const letGo: (() => void)[] = []
  await using slow = startReceiver(async () => {
    await new Promise<void>((resolve) => letGo.push(resolve))
    return new Response('', { status: 503 })
  })
  await using quick = startReceiver()
  const gate = createDelivering()
  const { agencies, deliveries, deliverer } = gate.services
  const owe = (environmentId: string, url: string, events: number) => {
    listen(gate, url, environmentId)
    for (let event = 0; event < events; event++)
      atOnce(
        deliveries.insert(
          newDelivery({
            environmentId,
            callId: null,
            event: 'test',
            payload: '{}',
            createdAt: gate.clock.now(),
          }),
        ),
      )
  }
  const environments = Array.from({ length: 61 }, (_, n) =>
    atOnce(agencies.create(`Agency ${n}`, 'agency', 0)),
  )
    .flatMap(({ id }) => (['production', 'staging'] as const).map((name) => gate.environment(name, id).id))
    .toSorted()
  const last = environments.pop() ?? ''
  for (const id of environments) owe(id, slow.url, 20)
  await gate.clock.advance(1000)
  while (letGo.length < 120) await gate.clock.advance(0)
  owe(last, quick.url, 1)
  deliverer.wake()
  for (let freed = 0; freed < 125 && quick.received.length === 0; freed++) {
    letGo.shift()?.()
    const underWay = slow.received.length
    while (slow.received.length === underWay && quick.received.length === 0) await gate.clock.advance(0)
  }
  expect(quick.received).toHaveLength(1)
  deliverer.stop()
  while (deliverer.busy) {
    for (const end of letGo.splice(0)) end()
    await gate.clock.advance(0)
  }
})

test('a disk that does not take the result is asked again, and the endpoint is not told twice', async () => {
  await using receiver = startReceiver()
  const gate = createDelivering()
  listen(gate, receiver.url)
  const { id } = undispatched(gate)
  await gate.services.lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
  gate.database.sqlite.run('pragma query_only = on')
  await gate.clock.advance(0)
  while (receiver.received.length === 0) await Bun.sleep(1)
  for (let second = 0; second < 3; second++) await gate.clock.advance(1000)
  gate.database.sqlite.run('pragma query_only = off')
  for (let second = 0; second < 3; second++) await gate.clock.advance(1000)
  await deliver(gate)
  expect(receiver.received).toHaveLength(1)
  expect(stateOf(gate, id)).toEqual([['call_ended', 'delivered', 1]])
})
