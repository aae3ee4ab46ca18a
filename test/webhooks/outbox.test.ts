import { expect, test } from 'bun:test'
import type { Call } from '../../src/calls/call.ts'
import type { CallDetails } from '../../src/calls/call-details.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { startReceiver } from '../support/receiver.ts'
import { until } from '../support/scenarios.ts'
import { triggered, undispatched } from '../support/orders.ts'
import { listen } from '../support/webhooks.ts'
import { webhookPayload } from '../../src/webhooks/event.ts'
import { atOnce } from '../../src/work.ts'

const somewhere = 'https://example.com/hook'

const deliveriesOf = (gate: ReturnType<typeof createGate>, callId: string) =>
  atOnce(gate.services.deliveries.ofCall(callId))

const scenarios = [
  ['00', ['call_started', 'call_ended'], 'completed'],
  ['01', ['call_ended'], 'busy'],
  ['02', ['call_ended'], 'no_answer'],
  ['03', ['call_ended'], 'failed'],
  ['04', ['call_ended'], 'failed'],
  ['06', ['call_started', 'call_ended'], 'completed'],
] as const

for (const [scenario, events, status] of scenarios)
  test(`scenario ${scenario}: each event is written once, whatever was told twice or out of order`, async () => {
    const gate = createGate()
    listen(gate, somewhere)
    const call = await triggered(gate, scenario)
    await gate.clock.advance(10_000)
    const written = deliveriesOf(gate, call.id)
    expect(written.map(({ event }) => event)).toEqual([...events])
    const payloads = written.map(({ payload }) => webhookPayload.strict().parse(JSON.parse(payload)))
    expect(payloads.at(-1)).toMatchObject({
      call_id: call.id,
      agent_name: 'Ann',
      environment: 'production',
      status,
      phone_number: `+155512345${scenario}`,
      to_number: `+155512345${scenario}`,
    })
  })

test('a start tells of a call under way, also when the end came in the same breath', async () => {
  const gate = createGate()
  listen(gate, somewhere)
  const { id } = undispatched(gate)
  const at = gate.clock.now()
  const ended = { type: 'ended', at: at + 5000, status: 'completed', details: { summary: 'Fine.' } } as const
  await gate.services.lifecycle.record(id, { type: 'answered', at }, ended)
  const [started, over] = deliveriesOf(gate, id).map(({ payload }) => JSON.parse(payload))
  expect(started).toMatchObject({
    event: 'call_started',
    status: 'in_progress',
    ended_at: null,
    summary: null,
  })
  expect(over).toMatchObject({
    event: 'call_ended',
    status: 'completed',
    summary: 'Fine.',
    duration_seconds: 5,
  })
})

test('never keeps an event for an environment without an endpoint, or with one that is switched off', async () => {
  const gate = createGate()
  const before = await triggered(gate, '01')
  await gate.clock.advance(10_000)
  listen(gate, somewhere)
  atOnce(gate.services.webhooks.setEnabled(gate.production.id, false))
  const during = await triggered(gate, '01')
  await gate.clock.advance(10_000)
  expect(deliveriesOf(gate, before.id)).toEqual([])
  expect(deliveriesOf(gate, during.id)).toEqual([])
})

test('never tells staging’s endpoint of a production call', async () => {
  const gate = createGate()
  listen(gate, somewhere, gate.environment('staging').id)
  const call = await triggered(gate, '00')
  await gate.clock.advance(10_000)
  expect(deliveriesOf(gate, call.id)).toEqual([])
})

test('a change that is not stored leaves no event, and an event that cannot be stored leaves no change', async () => {
  const gate = createGate()
  listen(gate, somewhere)
  const { id, now } = undispatched(gate)
  gate.database.sqlite.run(
    `create trigger no_event before insert on deliveries begin select raise(abort, 'no'); end`,
  )
  const ended = gate.services.lifecycle.change(id, (call) => ({ ...call, status: 'failed', endedAt: 1 }))
  await expect(ended).rejects.toThrow()
  expect(now().endedAt).toBeNull()
  expect(gate.services.leases.count(gate.production.id)).toBe(1)
})

test('an end waits a little for what its provider tells after it, and is told as it is then known', async () => {
  const gate = createGate()
  listen(gate, somewhere)
  const atProvider = { provider: 'vapi', dispatch: 'placed', providerCallId: 'call_1' } as const
  const { id } = undispatched(gate, '00', atProvider)
  const { lifecycle } = gate.services
  const at = gate.clock.now()
  await lifecycle.change(id, (call) => ({
    ...call,
    status: 'completed',
    answeredAt: at,
    endedAt: at,
  }))
  const [, before] = deliveriesOf(gate, id)
  expect(before?.nextAt).toBe(at + 45_000)
  await gate.clock.advance(3000)
  const details = {
    summary: 'They agreed.',
    sentiment: 'positive' as const,
    transcript: [{ role: 'agent' as const, content: 'Hello.' }],
    recordingRef: 'https://example.com/recording',
    costCents: 12,
  }
  await lifecycle.record(id, { type: 'ended', at, status: 'completed', durationSeconds: 4, details })
  const [, after] = deliveriesOf(gate, id)
  expect(after).toMatchObject({ id: before?.id ?? '', nextAt: at + 3000 })
  expect(JSON.parse(after?.payload ?? '')).toMatchObject({ summary: 'They agreed.' })
})

const overAt = async (gate: Gate, given: Partial<Call> = {}) => {
  const call = undispatched(gate, '00', {
    provider: 'vapi',
    dispatch: 'placed',
    providerCallId: 'v',
    ...given,
  })
  const at = gate.clock.now()
  const tell = (details: Partial<CallDetails>) =>
    gate.services.lifecycle.record(call.id, {
      type: 'ended',
      at,
      status: 'completed',
      durationSeconds: 4,
      details,
    })
  await tell({})
  return { ...call, tell, events: () => deliveriesOf(gate, call.id).map(({ event }) => event) }
}
const everything = {
  summary: 'They agreed.',
  transcript: [{ role: 'agent' as const, content: 'Hello.' }],
  recordingRef: 'https://example.com/recording',
  costCents: 12,
  analysis: { plan: 'pro' },
}
const sentNow = (gate: Gate, id: string) => {
  const [delivery] = deliveriesOf(gate, id)
  if (!delivery) throw new Error('nothing was kept')
  atOnce(gate.services.deliveries.update(delivery, { ...delivery, state: 'delivered', attempts: 1 }))
  return delivery.payload
}

test('what comes after an end was told is told by call_analyzed, once it is complete', async () => {
  const gate = createGate()
  listen(gate, somewhere)
  const call = await overAt(gate)
  const told = sentNow(gate, call.id)
  await call.tell({ summary: 'They agreed.' })
  expect(call.events()).toEqual(['call_ended'])
  await call.tell(everything)
  expect(call.events()).toEqual(['call_ended', 'call_analyzed'])
  const [end, analyzed] = deliveriesOf(gate, call.id)
  expect(end?.payload).toBe(told)
  expect(webhookPayload.strict().parse(JSON.parse(analyzed?.payload ?? ''))).toMatchObject({
    event: 'call_analyzed',
    summary: 'They agreed.',
    analysis: { plan: 'pro' },
    cost_cents: 12,
    currency: 'USD',
  })
  await call.tell(everything)
  expect(call.events()).toEqual(['call_ended', 'call_analyzed'])
})

test('what came while more was awaited is told when no more is awaited', async () => {
  const gate = createGate()
  listen(gate, somewhere)
  const call = await overAt(gate)
  sentNow(gate, call.id)
  await call.tell({ summary: 'They agreed.' })
  await gate.services.lifecycle.change(call.id, (before) => ({
    ...before,
    detailsAttempts: 3,
    detailsDueAt: null,
  }))
  expect(call.events()).toEqual(['call_ended', 'call_analyzed'])
})

test('nothing that comes late changes a body that is being sent', async () => {
  const gate = createGate()
  const { promise: answered, resolve: answerIt } = Promise.withResolvers<void>()
  await using receiver = await startReceiver(() => answered.then(() => new Response(null, { status: 200 })))
  listen(gate, receiver.url)
  gate.services.deliverer.start()
  const call = await overAt(gate)
  await gate.clock.advance(46_000)
  await until(() => receiver.received.length === 1)
  const [sent] = deliveriesOf(gate, call.id)
  await call.tell(everything)
  answerIt()
  await until(() => deliveriesOf(gate, call.id)[0]?.state === 'delivered')
  const [end, analyzed] = deliveriesOf(gate, call.id)
  expect([end?.payload, analyzed?.event]).toEqual([sent?.payload, 'call_analyzed'])
})
