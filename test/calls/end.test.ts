import { expect, test } from 'bun:test'
import { createEnd } from '../../src/calls/end.ts'
import { settled } from '../support/clock.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { triggered, undispatched } from '../support/orders.ts'
import { callingThrough, scriptedProvider } from '../support/provider.ts'
import { expectRefusal } from '../support/refusal.ts'

const end = (gate: Gate, id: string) => gate.authorized(`/api/v1/calls/${id}/end`, { method: 'POST' })
const leases = ({ services, production }: Gate) => services.leases.count(production.id)

test('ends a call that is being talked, with the time that it lasted', async () => {
  const gate = createGate()
  const call = await triggered(gate, '07')
  await gate.clock.advance(31_000)
  expect(call.now().status).toBe('in_progress')
  const { data } = await answer(await end(gate, call.id))
  expect(data).toMatchObject({ status: 'completed', reason: 'Ended on request.', duration_seconds: 30 })
  expect(leases(gate)).toBe(0)
})

test('cancels a call that nobody has answered', async () => {
  const gate = createGate()
  const call = await triggered(gate, '00')
  await gate.clock.advance(500)
  expect(call.now().status).toBe('ringing')
  const { data } = await answer(await end(gate, call.id))
  expect(data).toMatchObject({ status: 'canceled', reason: 'Ended on request.', duration_seconds: 0 })
})

test('cancels an order that was not yet sent, and it never rings', async () => {
  const gate = createGate()
  const call = await triggered(gate, '00')
  const { data } = await answer(await end(gate, call.id))
  expect(data?.status).toBe('canceled')
  await gate.clock.advance(60_000)
  expect(call.now()).toMatchObject({ status: 'canceled', dispatch: 'pending', ringingAt: null })
  expect(leases(gate)).toBe(0)
})

test('leaves a call alone where the connection ended before anything was done', async () => {
  const gate = createGate()
  const call = await triggered(gate, '07')
  const client = new AbortController()
  const asked = gate.authorized(`/api/v1/calls/${call.id}/end`, { method: 'POST', signal: client.signal })
  client.abort()
  await expectRefusal(await asked, 499, 'request_aborted')
  await gate.clock.advance(31_000)
  expect(call.now().status).toBe('in_progress')
})

test('does not ask a provider to end what it was never told of', async () => {
  const gate = createGate()
  const { provider } = scriptedProvider({
    end: async () => {
      throw new Error('no such call')
    },
  })
  const { lifecycle } = gate.services
  const { dispatcher } = callingThrough(gate, provider)
  const endCall = createEnd({
    lifecycle,
    dispatcher,
    *provider() {
      return provider
    },
    clock: gate.clock,
  })
  const call = undispatched(gate)
  expect(await endCall(call.now())).toMatchObject({ status: 'canceled', endedAt: gate.clock.now() })
})

test('waits for an order that is on its way, and hangs up what came of it', async () => {
  const gate = createGate()
  const hungUp: (string | null)[] = []
  const { provider } = scriptedProvider({
    place: () =>
      new Promise((resolve) =>
        gate.clock.after(5000, () => resolve({ outcome: 'placed', providerCallId: 'theirs' })),
      ),
    end: async ({ providerCallId }) => void hungUp.push(providerCallId),
  })
  const { lifecycle } = gate.services
  const { dispatcher } = callingThrough(gate, provider)
  const endCall = createEnd({
    lifecycle,
    dispatcher,
    *provider() {
      return provider
    },
    clock: gate.clock,
  })
  const call = undispatched(gate)
  dispatcher.dispatch(call)
  await gate.clock.advance(1000)
  const ending = endCall(call.now())
  await gate.clock.advance(10_000)
  expect(await ending).toMatchObject({ status: 'canceled', dispatch: 'placed' })
  expect(hungUp).toEqual(['theirs'])
})

test('never says that a call of unknown fate is ended, though its provider does not know it', async () => {
  const gate = createGate()
  const { provider } = scriptedProvider()
  const { lifecycle } = gate.services
  const { dispatcher } = callingThrough(gate, provider)
  const endCall = createEnd({
    lifecycle,
    dispatcher,
    *provider() {
      return provider
    },
    clock: gate.clock,
  })
  const call = undispatched(gate, '00', { dispatch: 'unknown' })
  expect(endCall(call.now())).rejects.toMatchObject({ reason: 'provider_unavailable' })
  await settled()
  expect([call.now().endedAt, leases(gate)]).toEqual([null, 1])
})

test('stays ended, whatever the provider had still to tell', async () => {
  const gate = createGate()
  const call = await triggered(gate, '06')
  await gate.clock.advance(2500)
  await end(gate, call.id)
  const over = call.now()
  await gate.clock.advance(60_000)
  expect(call.now()).toEqual(over)
})

test('changes nothing when it is asked for again, or after the call ended by itself', async () => {
  const gate = createGate()
  const [asked, itself] = [await triggered(gate, '07'), await triggered(gate, '00')]
  await gate.clock.advance(5000)
  await end(gate, asked.id)
  for (const call of [asked, itself]) {
    const over = call.now()
    await gate.clock.advance(1000)
    const again = await end(gate, call.id)
    expect(again.status).toBe(200)
    expect((await answer(again)).data?.ended_at).toBe(new Date(over.endedAt ?? 0).toISOString())
    expect(call.now()).toEqual(over)
  }
})

test('gives back one slot, though many ask at once', async () => {
  const gate = createGate()
  const [ended] = [await triggered(gate, '07'), await triggered(gate, '07')]
  await gate.clock.advance(2000)
  const answers = await Promise.all(Array.from({ length: 5 }, () => end(gate, ended.id)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  await settled()
  expect(leases(gate)).toBe(1)
})

test('says so when the end could not be stored, and can be asked again', async () => {
  const gate = createGate()
  const call = await triggered(gate, '07')
  await gate.clock.advance(2000)
  gate.database.sqlite.run('PRAGMA query_only = ON')
  await expectRefusal(await end(gate, call.id), 503, 'storage_unavailable')
  expect(leases(gate)).toBe(1)
  gate.database.sqlite.run('PRAGMA query_only = OFF')
  expect((await end(gate, call.id)).status).toBe(200)
  expect(leases(gate)).toBe(0)
})

test('what is written alongside says who hung up, also where the provider reports the end before we have it on disk', async () => {
  const gate = createGate()
  const { lifecycle, dispatcher } = gate.services
  const { provider } = scriptedProvider({
    end: async ({ id }) =>
      void (await lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'completed' })),
  })
  const endCall = createEnd({
    lifecycle,
    dispatcher,
    *provider() {
      return provider
    },
    clock: gate.clock,
  })
  const call = undispatched(gate, '00', { dispatch: 'placed' })
  let notes = 0
  const alongside = function* () {
    notes++
  }
  expect(await endCall(call.now(), { alongside })).toMatchObject({ status: 'completed' })
  await endCall(call.now(), { alongside })
  expect(notes).toBe(1)
})
