import { describe, expect, test } from 'bun:test'
import { createGate, type Gate } from '../support/gate.ts'
import { triggered } from '../support/orders.ts'
import { callCount } from '../support/rows.ts'

const leases = ({ services, production }: Gate) => services.leases.count(production.id)

describe('a simulated call is told to its end, and gives its slot back in the same step:', () => {
  const unanswered = { answeredAt: null, answeredBy: null, durationSeconds: 0, transcript: null }
  const talked = { reason: null, answeredBy: 'human', durationSeconds: 3, sentiment: 'positive' } as const
  const message = { reasonCode: 'voicemail', answeredBy: 'machine', durationSeconds: 3 } as const

  test.each([
    ['00', 4000, { status: 'completed', ...talked }],
    ['42', 4000, { status: 'completed', ...talked }],
    ['01', 1000, { status: 'busy', reason: 'The line was busy.', ...unanswered }],
    ['02', 1000, { status: 'no_answer', reason: 'Nobody answered.', ...unanswered }],
    ['03', 1000, { status: 'failed', reason: 'The call failed at the provider.', ...unanswered }],
    ['06', 4000, { status: 'completed', ...talked }],
    ['08', 4000, { status: 'completed', ...message }],
  ] as const)('scenario %s', async (scenario, lastsMs, end) => {
    const gate = createGate()
    const call = await triggered(gate, scenario)
    await gate.clock.advance(lastsMs - 1)
    expect(call.now().endedAt).toBeNull()
    expect(leases(gate)).toBe(1)
    await gate.clock.advance(1)
    expect(call.now()).toMatchObject({ ...end, dispatch: 'placed', endedAt: gate.clock.now() })
    expect(leases(gate)).toBe(0)
  })

  test('scenario 04, as a failed call with the provider’s reason and not as a limit of ours', async () => {
    const gate = createGate()
    const call = await triggered(gate, '04')
    await gate.clock.advance(0)
    expect(call.now()).toMatchObject({
      status: 'failed',
      dispatch: 'refused',
      reason: 'The provider rejected the call: this number is not allowed.',
    })
    expect(leases(gate)).toBe(0)
  })

  test('scenario 05, whose end nobody reports, because somebody asks', async () => {
    const gate = createGate()
    gate.services.reconciler.start()
    const call = await triggered(gate, '05')
    await gate.clock.advance(14_000)
    expect(call.now().status).toBe('in_progress')
    await gate.clock.advance(4000)
    expect(call.now()).toMatchObject({ status: 'completed', durationSeconds: 3 })
    expect(leases(gate)).toBe(0)
  })
})

test('passes through every status on its way', async () => {
  const gate = createGate()
  const call = await triggered(gate, '00')
  expect(call.now()).toMatchObject({ status: 'initiated', dispatch: 'pending' })
  await gate.clock.advance(0)
  expect(call.now()).toMatchObject({ status: 'ringing', dispatch: 'placed' })
  await gate.clock.advance(1000)
  expect(call.now().status).toBe('in_progress')
  await gate.clock.advance(3000)
  expect(call.now().status).toBe('completed')
})

test('never changes again once it is over, whatever is told late or twice', async () => {
  const gate = createGate()
  const call = await triggered(gate, '06')
  await gate.clock.advance(4000)
  const over = call.now()
  await gate.clock.advance(60_000)
  expect(call.now()).toEqual(over)
})

test('gives back exactly its own slot, though its end is told twice', async () => {
  const gate = createGate({ concurrentCalls: 2 })
  await triggered(gate, '07')
  await triggered(gate, '06')
  await gate.clock.advance(60_000)
  expect(leases(gate)).toBe(1)
  expect((await gate.trigger('07')).status).toBe(200)
  expect((await gate.trigger('07')).status).toBe(429)
})

test('never lets a lease outlive its call or a call its lease, whatever scenarios are played', async () => {
  const gate = createGate()
  gate.services.reconciler.start()
  const open = () =>
    gate.database.sqlite
      .query<{ calls: number }, []>('select count(*) as calls from calls where ended_at is null')
      .get()?.calls
  for (let call = 0; call < 60; call++) {
    await gate.trigger(`0${call % 7}`)
    await gate.clock.advance(700)
    expect(leases(gate)).toBe(open() ?? Number.NaN)
    expect(leases(gate)).toBeLessThanOrEqual(10)
  }
  await gate.clock.advance(40_000)
  expect([leases(gate), open()]).toEqual([0, 0])
  expect(callCount(gate)).toBeGreaterThan(30)
})

test('an end that the disk does not take is kept until it does', async () => {
  const gate = createGate()
  const call = await triggered(gate, '00')
  await gate.clock.advance(1000)
  gate.database.sqlite.run('PRAGMA query_only = ON')
  await gate.clock.advance(10_000)
  expect(call.now().status).toBe('in_progress')
  expect(leases(gate)).toBe(1)
  gate.database.sqlite.run('PRAGMA query_only = OFF')
  await gate.clock.advance(1000)
  expect(call.now()).toMatchObject({ status: 'completed', durationSeconds: 3 })
  expect(leases(gate)).toBe(0)
})
