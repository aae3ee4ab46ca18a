import { describe, expect, test } from 'bun:test'
import { openDatabase } from '../../src/storage/database.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate } from '../support/gate.ts'
import { restarted, triggered, undispatched } from '../support/orders.ts'
import { callingThrough, scriptedProvider, silence } from '../support/provider.ts'
import { atOnce } from '../../src/work.ts'

describe('an order is sent', () => {
  test('once, and never rings twice, however often its dispatch is asked for', async () => {
    const gate = createGate()
    const { provider, orders } = scriptedProvider()
    const { dispatcher } = callingThrough(gate, provider)
    const call = undispatched(gate)
    for (let asked = 0; asked < 5; asked++) dispatcher.dispatch(call)
    await gate.clock.advance(1000)
    dispatcher.dispatch(call)
    await gate.clock.advance(1000)
    expect(orders).toEqual([call.id])
    expect(call.now()).toMatchObject({ dispatch: 'placed', providerCallId: `theirs-${call.id}` })
  })

  test('and its answer, when the person was forgotten before it, never brings back an id made of their number', async () => {
    const gate = createGate()
    const { lifecycle, personalData } = gate.services
    const { provider } = scriptedProvider({
      place: async ({ id, phoneNumber }) => {
        await lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
        atOnce(personalData.forget(atOnce(personalData.next(phoneNumber, gate.agency.id))))
        return { outcome: 'placed', providerCallId: phoneNumber }
      },
    })
    const call = undispatched(gate)
    callingThrough(gate, provider).dispatcher.dispatch(call)
    await gate.clock.advance(0)
    expect(call.now()).toMatchObject({ status: 'busy', phoneNumber: '', providerCallId: null })
  })

  test('only when it is on disk that it is being sent', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    const { sqlite, close } = openDatabase(directory.database)
    const seen: unknown[] = []
    const { provider } = scriptedProvider({
      place: async ({ id }) => {
        seen.push(sqlite.query('select dispatch from calls where id = ?').get(id))
        return { outcome: 'placed', providerCallId: 'theirs' }
      },
    })
    callingThrough(gate, provider).dispatcher.dispatch(undispatched(gate))
    await gate.clock.advance(0)
    expect(seen).toEqual([{ dispatch: 'sending' }])
    close()
    gate.database.close()
  })

  test('not while the disk does not take that, and then once', async () => {
    const gate = createGate()
    const { provider, orders } = scriptedProvider()
    const call = undispatched(gate)
    gate.database.sqlite.run('PRAGMA query_only = ON')
    callingThrough(gate, provider).dispatcher.dispatch(call)
    await gate.clock.advance(5000)
    expect(orders).toEqual([])
    gate.database.sqlite.run('PRAGMA query_only = OFF')
    await gate.clock.advance(1000)
    expect(orders).toEqual([call.id])
  })

  test('once, though the disk does not take that it was placed', async () => {
    const gate = createGate()
    const { provider, orders } = scriptedProvider({
      place: async () => {
        gate.database.sqlite.run('PRAGMA query_only = ON')
        return { outcome: 'placed', providerCallId: 'theirs' }
      },
    })
    const call = undispatched(gate)
    callingThrough(gate, provider).dispatcher.dispatch(call)
    await gate.clock.advance(5000)
    expect(call.now().dispatch).toBe('sending')
    gate.database.sqlite.run('PRAGMA query_only = OFF')
    await gate.clock.advance(1000)
    expect(call.now()).toMatchObject({ dispatch: 'placed', providerCallId: 'theirs' })
    expect(orders).toEqual([call.id])
  })

  test('never again when nobody knows whether it arrived', async () => {
    const gate = createGate()
    const { provider, orders } = scriptedProvider({
      place: async () => {
        throw new Error('socket hang up')
      },
    })
    const { dispatcher, reconciler } = callingThrough(gate, provider)
    const call = undispatched(gate)
    dispatcher.dispatch(call)
    await gate.clock.advance(0)
    expect(call.now()).toMatchObject({ dispatch: 'unknown', endedAt: null })
    dispatcher.dispatch(call)
    reconciler.start()
    await gate.clock.advance(60_000)
    expect(orders).toEqual([call.id])
  })
})

test('an event that comes before the answer to the order finds its call', async () => {
  const gate = createGate()
  const { provider } = scriptedProvider({
    place: async ({ id }) => {
      await gate.services.lifecycle.record(id, { type: 'answered', at: gate.clock.now() })
      return { outcome: 'placed', providerCallId: 'theirs' }
    },
  })
  const call = undispatched(gate)
  callingThrough(gate, provider).dispatcher.dispatch(call)
  await gate.clock.advance(0)
  expect(call.now()).toMatchObject({ status: 'in_progress', dispatch: 'placed', providerCallId: 'theirs' })
})

describe('after a restart', () => {
  test('an order that was not sent is sent', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    const { id } = await triggered(gate, '00')
    using next = await restarted(gate, directory.database)
    expect(next.leases()).toBe(1)
    await next.clock.advance(4000)
    expect(next.call(id)).toMatchObject({ status: 'completed', dispatch: 'placed', durationSeconds: 3 })
    expect(next.leases()).toBe(0)
  })

  test('an order that may have been sent is asked about and not sent again', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    const { provider, orders } = scriptedProvider({ place: silence })
    const { id, now } = undispatched(gate, '07')
    callingThrough(gate, provider).dispatcher.dispatch({ id })
    await gate.clock.advance(0)
    expect(now().dispatch).toBe('sending')
    using next = await restarted(gate, directory.database)
    await next.clock.advance(60_000)
    expect(orders).toEqual([id])
    expect(next.call(id)).toMatchObject({ status: 'in_progress', dispatch: 'placed' })
    expect(next.leases()).toBe(1)
  })

  test('an order that its provider still does not know after two minutes is over', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    const { id } = undispatched(gate, '04', { dispatch: 'sending' })
    using next = await restarted(gate, directory.database)
    await next.clock.advance(119_000)
    expect(next.call(id)).toMatchObject({ dispatch: 'unknown', endedAt: null })
    await next.clock.advance(20_000)
    expect(next.call(id)).toMatchObject({
      status: 'failed',
      reasonCode: 'provider_lost',
      dispatch: 'unknown',
      reason:
        'The provider does not know the call: the request never arrived, or the provider deleted the call.',
    })
    expect(next.leases()).toBe(0)
  })

  test('a call that was under way goes on, and what was missed is asked for', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    const [talking, staying] = [await triggered(gate, '00'), await triggered(gate, '07')]
    await gate.clock.advance(2000)
    using next = await restarted(gate, directory.database, 60_000)
    expect(next.call(talking.id)).toMatchObject({ status: 'completed', durationSeconds: 3 })
    expect(next.call(staying.id).status).toBe('in_progress')
    expect(next.leases()).toBe(1)
  })

  test('an order that waited past the end of its time rings nobody', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    const { id } = await triggered(gate, '00')
    using next = await restarted(gate, directory.database, (gate.config.maxCallSeconds + 1) * 1000)
    await next.clock.advance(60_000)
    expect(next.call(id)).toMatchObject({ status: 'failed', ringingAt: null })
    expect(next.leases()).toBe(0)
  })

  test('the slots are taken as before, also when there are fewer of them now', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    for (let call = 0; call < 3; call++) await triggered(gate, '07')
    await gate.clock.advance(0)
    const smaller = { ...gate, config: { ...gate.config, concurrentCalls: 2 } }
    using next = await restarted(smaller, directory.database)
    expect(next.leases()).toBe(3)
    const environment = next.services.keyring.find(gate.key)?.environment
    if (!environment) throw new Error('no environment')
    const order = {
      phoneNumber: '+15551234507',
      agentId: null,
      name: null,
      email: null,
      metadata: null,
      providerOptions: null,
      timeZone: null,
      consent: null,
    }
    await expect(next.services.trigger(environment, order)).rejects.toMatchObject({
      reason: 'concurrency_limited',
    })
  })
})
