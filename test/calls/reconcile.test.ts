import { describe, expect, test } from 'bun:test'
import type { Placement, Report } from '../../src/calls/provider.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { restarted, triggered, undispatched } from '../support/orders.ts'
import { callingThrough, scriptedProvider, silence } from '../support/provider.ts'
import { atOnce } from '../../src/work.ts'

const leases = ({ services, production }: Gate) => services.leases.count(production.id)
const refusal = async () => {
  throw new Error('503')
}

const later = ({ clock }: Gate, delayMs: number, placement: Placement) =>
  new Promise<Placement>((resolve) => void clock.after(delayMs, () => resolve(placement)))

/** Places a call through a provider, with the reconciler running. */
const placedThrough = async (gate: Gate, script: Parameters<typeof scriptedProvider>[0]) => {
  const { provider } = scriptedProvider(script)
  const { dispatcher, reconciler } = callingThrough(gate, provider)
  reconciler.start()
  const call = undispatched(gate)
  dispatcher.dispatch(call)
  await gate.clock.advance(0)
  return call
}

describe('the hard cap', () => {
  const capped = { maxCallSeconds: 40 }
  const tooLong = {
    status: 'failed',
    reason: 'The call was still open at the maximum duration.',
  } as const

  test('ends a call that stays up, at its time and not before', async () => {
    const gate = createGate(capped)
    gate.services.reconciler.start()
    const call = await triggered(gate, '07')
    await gate.clock.advance(39_999)
    expect(call.now().status).toBe('in_progress')
    expect(leases(gate)).toBe(1)
    await gate.clock.advance(1)
    expect(call.now()).toMatchObject({ ...tooLong, durationSeconds: 39 })
    expect(leases(gate)).toBe(0)
  })

  test('ends a call whose provider cannot be asked and cannot hang up', async () => {
    const gate = createGate(capped)
    const call = await placedThrough(gate, { fetchStatus: refusal, end: refusal })
    await gate.clock.advance(40_000)
    expect(call.now()).toMatchObject(tooLong)
    expect(leases(gate)).toBe(0)
  })

  test.each<[string, Parameters<typeof scriptedProvider>[0]]>([
    ['to the order', { place: silence }],
    ['when it is asked', { fetchStatus: silence }],
    ['when it is to hang up', { end: silence }],
  ])('ends a call whose provider never answers %s', async (_what, script) => {
    const gate = createGate(capped)
    const call = await placedThrough(gate, script)
    await gate.clock.advance(45_000)
    expect(call.now()).toMatchObject(tooLong)
    expect(leases(gate)).toBe(0)
  })

  test('hangs up a call that its provider places only after its time', async () => {
    const gate = createGate(capped)
    const hungUp: (string | null)[] = []
    const call = await placedThrough(gate, {
      place: () => later(gate, 50_000, { outcome: 'placed', providerCallId: 'theirs' }),
      end: async ({ providerCallId }) => void hungUp.push(providerCallId),
    })
    await gate.clock.advance(60_000)
    expect(call.now()).toMatchObject({ ...tooLong, providerCallId: 'theirs' })
    expect(hungUp).toContain('theirs')
  })

  test('of one call does not wait for another call’s provider', async () => {
    const gate = createGate(capped)
    await placedThrough(gate, {
      fetchStatus: async ({ id }) =>
        id === first.id ? silence() : { outcome: 'found', providerCallId: id, events: [] },
    })
    const first = undispatched(gate, '00', { dispatch: 'placed', expiresAt: gate.clock.now() + 600_000 })
    const second = undispatched(gate, '00', { dispatch: 'placed' })
    await gate.clock.advance(45_000)
    expect(first.now().endedAt).toBeNull()
    expect(second.now()).toMatchObject(tooLong)
  })
})

describe('a silent call', () => {
  test('is asked about every 15 seconds, and not more often', async () => {
    const gate = createGate()
    const asked: number[] = []
    await placedThrough(gate, {
      fetchStatus: async ({ id }) => {
        asked.push(gate.clock.monotonic() / 1000)
        return { outcome: 'found', providerCallId: `theirs-${id}`, events: [] }
      },
    })
    await gate.clock.advance(60_000)
    expect(asked).toEqual([15, 30, 45, 60])
  })

  test('ends as its provider tells when it is asked', async () => {
    const gate = createGate()
    const endedAt = gate.clock.now() + 10_000
    const call = await placedThrough(gate, {
      fetchStatus: async () => ({
        outcome: 'found' as const,
        providerCallId: 'theirs',
        events: [
          { type: 'answered', at: endedAt - 7000 },
          { type: 'ended', at: endedAt, status: 'completed' },
        ],
      }),
    })
    await gate.clock.advance(15_000)
    expect(call.now()).toMatchObject({ status: 'completed', endedAt, durationSeconds: 7 })
    expect(leases(gate)).toBe(0)
  })

  test('stays open while its provider cannot be asked', async () => {
    const gate = createGate()
    const call = await placedThrough(gate, { fetchStatus: refusal })
    await gate.clock.advance(60_000)
    expect(call.now().endedAt).toBeNull()
    expect(leases(gate)).toBe(1)
  })

  test('whose order took long to be answered is asked about by the name that its provider gave it', async () => {
    const gate = createGate()
    const call = await placedThrough(gate, {
      place: () => later(gate, 20_000, { outcome: 'placed', providerCallId: 'theirs' }),
      fetchStatus: async ({ providerCallId }) =>
        providerCallId === null ? { outcome: 'not_found' } : { outcome: 'found', providerCallId, events: [] },
    })
    await gate.clock.advance(40_000)
    expect(call.now()).toMatchObject({ dispatch: 'placed', providerCallId: 'theirs', endedAt: null })
    expect(leases(gate)).toBe(1)
  })

  test('that was refused in the meantime stays refused', async () => {
    const gate = createGate()
    const call = await placedThrough(gate, {
      place: () =>
        later(gate, 20_000, { outcome: 'refused', code: 'provider_refused', reason: 'No capacity.' }),
      fetchStatus: async () => ({ outcome: 'not_found' as const }),
    })
    await gate.clock.advance(40_000)
    expect(call.now()).toMatchObject({ status: 'failed', dispatch: 'refused', reason: 'No capacity.' })
  })
})

test('looks around again after the disk failed it', async () => {
  const gate = createGate()
  gate.services.reconciler.start()
  const call = await triggered(gate, '05')
  await gate.clock.advance(14_500)
  gate.database.sqlite.run('PRAGMA query_only = ON')
  await gate.clock.advance(10_000)
  gate.database.sqlite.run('PRAGMA query_only = OFF')
  await gate.clock.advance(2000)
  expect(call.now()).toMatchObject({ status: 'completed', durationSeconds: 3 })
})

test('looks at nothing more once it is stopped', async () => {
  const gate = createGate()
  gate.services.reconciler.start()
  const call = await triggered(gate, '05')
  gate.services.reconciler.stop()
  await gate.clock.advance(60_000)
  expect(call.now().status).toBe('in_progress')
})

describe('a live call that its provider says not to know', () => {
  const reports: Record<Report['outcome'], Report> = {
    found: { outcome: 'found', providerCallId: 'theirs', events: [] },
    not_found: { outcome: 'not_found' },
    unknown: { outcome: 'unknown', reason: 'it responded with 503' },
  }
  const answering = (answers: Report['outcome'][]) => {
    let asked = 0
    return async () => reports[answers[asked++] ?? 'found']
  }

  test('never ends by one such answer, nor by two less than 30 seconds apart', async () => {
    const gate = createGate()
    const call = await placedThrough(gate, { fetchStatus: answering(['not_found', 'not_found']) })
    await gate.clock.advance(120_000)
    expect(call.now()).toMatchObject({ endedAt: null, missingSince: null })
    expect(leases(gate)).toBe(1)
  })

  test('ends once it has said so for 30 seconds, even if it could not say anything in between', async () => {
    const gate = createGate()
    const call = await placedThrough(gate, { fetchStatus: answering(['not_found', 'unknown', 'not_found']) })
    await gate.clock.advance(44_000)
    expect(call.now().endedAt).toBeNull()
    await gate.clock.advance(2000)
    expect(call.now()).toMatchObject({ status: 'failed', reasonCode: 'provider_lost' })
    expect(leases(gate)).toBe(0)
  })

  test('begins anew after it was known again', async () => {
    const gate = createGate()
    const call = await placedThrough(gate, {
      fetchStatus: answering(['not_found', 'not_found', 'found', 'not_found', 'not_found']),
    })
    await gate.clock.advance(89_000)
    expect(call.now().endedAt).toBeNull()
  })
})

test.each([
  ['vapi', 'did not know more when callgate asked'],
  ['twilio', 'cannot be asked about a call without its own ID'],
])('an order whose fate %s never tells ends at the cap, saying so', async (provider, why) => {
  const gate = createGate({ maxCallSeconds: 40 })
  const { reconciler } = callingThrough(
    gate,
    scriptedProvider({ fetchStatus: refusal, end: refusal }).provider,
  )
  reconciler.start()
  const call = undispatched(gate, '00', { provider, dispatch: 'unknown' })
  await gate.clock.advance(39_000)
  expect(leases(gate)).toBe(1)
  await gate.clock.advance(2000)
  expect(call.now()).toMatchObject({
    status: 'failed',
    reasonCode: 'max_duration',
    reason: `The outcome of the call is unknown: the provider did not respond to the request, and ${why}.`,
  })
  expect(leases(gate)).toBe(0)
})

test('what is asked about, asked for and ended by the cap is in the log, by call id and without its number', async () => {
  const lines: { message: string; facts: Record<string, unknown> | undefined }[] = []
  const note = (message: string, facts?: Record<string, unknown>) => void lines.push({ message, facts })
  const gate = createGate({ maxCallSeconds: 40, log: { ...silentLog, info: note, warn: note } })
  const { provider } = scriptedProvider()
  const { reconciler } = callingThrough(gate, provider, gate.services.log)
  reconciler.start()
  const call = undispatched(gate, '00', { provider: 'vapi', dispatch: 'placed', providerCallId: 'theirs' })
  await gate.clock.advance(75_000)
  for (const message of [
    'asked about a silent call',
    'call ended by the hard cap',
    'asked for the details of a call',
  ])
    expect(lines).toContainEqual({ message, facts: expect.objectContaining({ call_id: call.id }) })
  expect(JSON.stringify(lines)).not.toContain(call.now().phoneNumber.slice(1))
})

describe('a wall clock that is set back by a day', () => {
  const day = 24 * 60 * 60_000

  test('does not keep a silent call from being asked about', async () => {
    const gate = createGate()
    gate.services.reconciler.start()
    const call = await triggered(gate, '05')
    await gate.clock.advance(3000)
    gate.clock.step(-day)
    await gate.clock.advance(2000)
    gate.clock.step(day)
    await gate.clock.advance(20_000)
    expect(call.now().status).toBe('completed')
    expect(leases(gate)).toBe(0)
  })

  test('gives no key a fresh window', async () => {
    const gate = createGate({ requestsPerMinute: 2 })
    await gate.authorized('/api/v1/key')
    await gate.authorized('/api/v1/key')
    gate.clock.step(-day)
    expect((await gate.authorized('/api/v1/key')).status).toBe(429)
    gate.clock.step(2 * day)
    expect((await gate.authorized('/api/v1/key')).status).toBe(429)
  })
})

describe('a hang-up that fails', () => {
  const capped = { maxCallSeconds: 40 }

  test('is tried again every 15 seconds until it succeeds, and then no more', async () => {
    const gate = createGate(capped)
    let tries = 0
    const call = await placedThrough(gate, {
      end: async () => {
        tries++
        if (tries < 4) throw new Error('503')
      },
    })
    await gate.clock.advance(40_000)
    expect(call.now()).toMatchObject({ status: 'failed', reasonCode: 'max_duration', hangUpPending: true })
    expect(leases(gate)).toBe(0)
    await gate.clock.advance(50_000)
    expect([tries, call.now().hangUpPending]).toEqual([4, false])
    await gate.clock.advance(600_000)
    expect(tries).toBe(4)
  })

  test('is tried again also when the clock is set back', async () => {
    const gate = createGate(capped)
    let tries = 0
    const call = await placedThrough(gate, {
      end: async () => {
        tries++
        if (tries < 2) throw new Error('503')
      },
    })
    await gate.clock.advance(40_000)
    gate.clock.step(-24 * 60 * 60_000)
    await gate.clock.advance(15_000)
    expect([tries, call.now().hangUpPending]).toEqual([2, false])
  })

  test('is not due any more once the provider has refused the order', async () => {
    const gate = createGate(capped)
    let tries = 0
    const call = await placedThrough(gate, {
      place: () =>
        later(gate, 50_000, { outcome: 'refused', code: 'provider_refused', reason: 'It was refused.' }),
      end: async () => {
        tries++
        throw new Error('no such call')
      },
    })
    await gate.clock.advance(51_000)
    const before = tries
    await gate.clock.advance(600_000)
    expect([tries, call.now().hangUpPending, call.now().dispatch]).toEqual([before, false, 'refused'])
  })

  test('looks for an order that was never answered, by our id', async () => {
    const gate = createGate(capped)
    const hungUp: (string | null)[] = []
    let isReachable = false
    const { provider } = scriptedProvider({
      fetchStatus: async ({ id }) =>
        isReachable ? { outcome: 'found', providerCallId: `theirs-${id}`, events: [] } : refusal(),
      end: async ({ providerCallId }) => {
        hungUp.push(providerCallId)
        if (providerCallId === null) throw new Error('it hangs up by its own id alone')
      },
    })
    callingThrough(gate, provider).reconciler.start()
    const call = undispatched(gate, '00', { provider: 'bland', dispatch: 'unknown' })
    await gate.clock.advance(50_000)
    expect(call.now()).toMatchObject({ reasonCode: 'max_duration', hangUpPending: true })
    isReachable = true
    await gate.clock.advance(20_000)
    expect(hungUp.at(-1)).toBe(`theirs-${call.id}`)
    expect(call.now()).toMatchObject({ hangUpPending: false, providerCallId: `theirs-${call.id}` })
  })

  test('is tried again after a restart', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ ...capped, path: directory.database })
    const call = await placedThrough(gate, { end: refusal })
    await gate.clock.advance(40_000)
    expect(call.now().hangUpPending).toBe(true)
    using next = await restarted(gate, directory.database, 20_000)
    await next.clock.advance(2000)
    expect(next.call(call.id).hangUpPending).toBe(false)
  })
})

test('however many calls are active, each is asked about once a round, and no more than 500 in one step', async () => {
  const gate = createGate()
  const asked: string[] = []
  const { provider } = scriptedProvider({
    fetchStatus: async ({ id }) => {
      asked.push(id)
      return { outcome: 'unknown', reason: 'busy' }
    },
  })
  const placed = { dispatch: 'placed', providerCallId: 'theirs' } as const
  const calls = atOnce(
    gate.database.transaction(function* () {
      return Array.from({ length: 1200 }, () => undispatched(gate, '07', placed).id)
    }),
  )
  const { reconciler } = callingThrough(gate, provider)
  reconciler.start()
  await gate.clock.advance(0)
  expect(asked).toHaveLength(500)
  await gate.clock.advance(20)
  expect(asked).toHaveLength(1000)
  await gate.clock.advance(20)
  expect(asked.toSorted()).toEqual(calls.toSorted())
  asked.length = 0
  await gate.clock.advance(14_000)
  expect(asked).toEqual([])
  await gate.clock.advance(2000)
  expect(asked.toSorted()).toEqual(calls.toSorted())
  reconciler.stop()
  await gate.clock.advance(60_000)
  expect(asked).toHaveLength(1200)
})
