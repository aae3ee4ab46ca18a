import { expect, test } from 'bun:test'
import { createRelease } from '../../src/calls/release.ts'
import { ApiError } from '../../src/failures.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { restarted, triggered, undispatched } from '../support/orders.ts'
import { callingThrough, scriptedProvider, silence } from '../support/provider.ts'
import { connect, until } from '../support/scenarios.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { atOnce } from '../../src/work.ts'

const leases = ({ services, production }: Gate) => services.leases.count(production.id)
const nothing = function* () {}

test('a released slot is free at once, and its call has failed for good', async () => {
  const gate = createGate({ concurrentCalls: 1 })
  const call = await triggered(gate, '05')
  await gate.clock.advance(2000)
  expect((await gate.trigger()).status).toBe(429)
  await gate.services.releaseCall(call.now(), nothing)
  expect(call.now()).toMatchObject({ status: 'failed', reasonCode: 'released', endedAt: gate.clock.now() })
  expect(call.now().reason).toStartWith('The slot was released manually, ')
  expect(leases(gate)).toBe(0)
  expect((await gate.trigger()).status).toBe(200)
})

test('what a provider reports after a release adds details and changes nothing else', async () => {
  const gate = createGate()
  const { lifecycle, releaseCall } = gate.services
  const call = await triggered(gate, '07')
  await gate.clock.advance(2000)
  await releaseCall(call.now(), nothing)
  await gate.clock.advance(20_000)
  const released = call.now()
  const at = gate.clock.now()
  const details = { summary: 'They talked on.', costCents: 12 }
  await lifecycle.record(
    call.id,
    { type: 'answered', at },
    { type: 'ended', at, status: 'completed', details },
  )
  expect(call.now()).toEqual({ ...released, ...details, currency: 'USD' })
  expect(leases(gate)).toBe(0)
})

test('the provider is made to hang up after a release, however often it fails', async () => {
  const gate = createGate()
  let tries = 0
  const { provider } = scriptedProvider({
    end: async () => {
      if (++tries < 3) throw new Error('down')
    },
  })
  const { dispatcher, reconciler } = callingThrough(gate, provider)
  const { lifecycle } = gate.services
  const release = createRelease({ lifecycle, clock: gate.clock, hangUp: (call) => reconciler.hangUp(call) })
  const call = undispatched(gate)
  dispatcher.dispatch(call)
  await gate.clock.advance(1000)
  reconciler.start()
  expect(await release(call.now(), nothing)).toMatchObject({ status: 'failed', hangUpPending: true })
  await gate.clock.advance(60_000)
  reconciler.stop()
  expect([tries, call.now().hangUpPending, call.now().status]).toEqual([3, false, 'failed'])
})

test('a slot is released though the provider never answers', async () => {
  const gate = createGate()
  const { provider } = scriptedProvider({ place: silence, end: silence, fetchStatus: silence })
  const { dispatcher, reconciler } = callingThrough(gate, provider)
  const { lifecycle } = gate.services
  const release = createRelease({ lifecycle, clock: gate.clock, hangUp: (call) => reconciler.hangUp(call) })
  const call = undispatched(gate)
  dispatcher.dispatch(call)
  await gate.clock.advance(1000)
  await release(call.now(), nothing)
  expect(leases(gate)).toBe(0)
})

test('a call released before its order was sent never rings', async () => {
  const gate = createGate()
  const call = await triggered(gate, '00')
  await gate.services.releaseCall(call.now(), nothing)
  await gate.clock.advance(60_000)
  expect(call.now()).toMatchObject({
    status: 'failed',
    dispatch: 'pending',
    ringingAt: null,
    hangUpPending: false,
  })
})

test('what is written alongside is written once, and not for a call that is over', async () => {
  const gate = createGate()
  const call = await triggered(gate, '07')
  await gate.clock.advance(2000)
  let notes = 0
  const note = function* () {
    notes++
  }
  await Promise.all([call, call, call].map(() => gate.services.releaseCall(call.now(), note)))
  await gate.services.releaseCall(call.now(), note)
  expect([notes, leases(gate)]).toEqual([1, 0])
})

test('a release that the disk does not take frees nothing', async () => {
  const gate = createGate()
  const call = await triggered(gate, '07')
  await gate.clock.advance(2000)
  gate.database.sqlite.run('PRAGMA query_only = ON')
  const refused = await gate.services.releaseCall(call.now(), nothing).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ApiError)
  expect([leases(gate), call.now().endedAt]).toEqual([1, null])
  gate.database.sqlite.run('PRAGMA query_only = OFF')
})

test('a released slot is still free after a restart', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const call = await triggered(gate, '07')
  await gate.clock.advance(2000)
  await gate.services.releaseCall(call.now(), nothing)
  using next = await restarted(gate, directory.database)
  expect([next.leases(), next.call(call.id).status]).toEqual([0, 'failed'])
})

test('an order that waits for its turn at a provider that hangs is never sent once the slot was given back', async () => {
  await using fake = await startFakeHttp()
  const { gate, callNow } = connect(fake)
  const { dispatcher, environments, releaseCall } = gate.services
  atOnce(environments.setLimits(gate.production.id, { concurrentCalls: 100 }))
  let letGo = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  fake.watch(() => held)
  const ids: string[] = []
  for (let order = 0; order < 41; order++) ids.push((await answer(await gate.trigger())).call_id ?? '')
  await gate.clock.advance(0)
  await until(() => ids.filter((id) => fake.createsOf(id) === 1).length === 40)
  const waiting = ids.find((id) => fake.createsOf(id) === 0) ?? ''
  expect(callNow(waiting).dispatch).toBe('sending')
  await releaseCall(callNow(waiting), nothing)
  letGo()
  await dispatcher.idle()
  expect(fake.createsOf(waiting)).toBe(0)
  expect(callNow(waiting)).toMatchObject({
    reasonCode: 'released',
    dispatch: 'refused',
    hangUpPending: false,
  })
})
