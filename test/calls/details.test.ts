import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { awaitsDetails, type Call, type CallEvent } from '../../src/calls/call.ts'
import type { CallDetails } from '../../src/calls/call-details.ts'
import { awaitDetails } from '../../src/calls/details.ts'
import type { Provider, Report } from '../../src/calls/provider.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { restarted, undispatched } from '../support/orders.ts'
import { callingThrough, scriptedProvider } from '../support/provider.ts'

const everything: CallDetails = {
  summary: 'They want a demo.',
  sentiment: 'positive',
  transcript: [{ role: 'agent', content: 'Hello!' }],
  recordingRef: 'https://recordings.test/1.wav',
  costCents: 17,
  currency: 'USD',
  analysis: { verdict: 'good' },
}
const told = (details: Partial<CallDetails>, status: 'completed' | 'busy' = 'completed'): Report => ({
  outcome: 'found',
  providerCallId: 'theirs',
  events: [{ type: 'ended', at: 0, status, durationSeconds: 42, details }],
})

/** A call on the line through a provider that tells everything in the end, and when it was asked, in seconds from then. */
const onTheLine = async (gate: Gate, answers: Report[] = [], given: Partial<Call> = {}) => {
  const startedAt = gate.clock.now()
  const asked: number[] = []
  const ask: Provider['fetchStatus'] = async () => {
    asked.push(Math.round((gate.clock.now() - startedAt) / 1000))
    return answers[asked.length - 1] ?? told({})
  }
  const { reconciler } = callingThrough(gate, scriptedProvider({ fetchStatus: ask }).provider)
  reconciler.start()
  const call = undispatched(gate, '00', {
    provider: 'vapi',
    dispatch: 'placed',
    providerCallId: 'theirs',
    ...given,
  })
  const end = (event: Partial<Extract<CallEvent, { type: 'ended' }>> = {}) =>
    gate.services.lifecycle.record(call.id, {
      type: 'ended',
      at: gate.clock.now(),
      status: 'completed',
      ...event,
    })
  /** Lets the reconciler look around in the last seconds of a time after the call began. */
  const at = async (seconds: number) => {
    gate.clock.step(Math.max(0, startedAt + (seconds - 3) * 1000 - gate.clock.now()))
    await gate.clock.advance(startedAt + seconds * 1000 - gate.clock.now())
    return asked.length
  }
  return { ...call, asked, end, at }
}

describe('a call that ended before its provider told of it', () => {
  test('is asked about after 30 seconds, 5 minutes and half an hour, and then no more', async () => {
    const gate = createGate()
    const call = await onTheLine(gate)
    await call.end()
    expect(awaitsDetails(call.now())).toBe(true)
    for (const [seconds, times] of [
      [29, 0],
      [32, 1],
      [299, 1],
      [303, 2],
      [1799, 2],
      [1806, 3],
      [20_000, 3],
    ] as const)
      expect([seconds, await call.at(seconds)]).toEqual([seconds, times])
    expect(call.now()).toMatchObject({ detailsDueAt: null, detailsAttempts: 3 })
  })

  test('takes what comes late, keeps what came first, and is done once everything has come', async () => {
    const gate = createGate()
    const late = { ...everything, summary: 'Another summary.' }
    const answers = [
      { outcome: 'unknown', reason: 'busy' },
      { ...told(late), telephonyCallId: 'CA1' },
    ]
    const call = await onTheLine(gate, answers as Report[])
    await call.end({ details: { summary: 'The first summary.' } })
    for (const seconds of [32, 303, 1806]) await call.at(seconds)
    expect(call.asked).toHaveLength(2)
    expect(call.now()).toMatchObject({
      ...everything,
      summary: 'The first summary.',
      durationSeconds: 42,
      status: 'completed',
      providerCallId: 'theirs',
      telephonyCallId: 'CA1',
      detailsDueAt: null,
    })
  })

  test('is not asked about when its provider reports the rest by itself', async () => {
    const gate = createGate()
    const call = await onTheLine(gate)
    await call.end()
    await call.end({ details: everything, durationSeconds: 42 })
    expect(awaitsDetails(call.now())).toBe(false)
    for (const seconds of [32, 303]) await call.at(seconds)
    expect(call.asked).toEqual([])
  })

  test('is asked about after a restart too', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    const call = await onTheLine(gate)
    await call.end()
    using next = await restarted(gate, directory.database, 20_000)
    await next.clock.advance(15_000)
    // Its provider is not to be found any more: it was asked all the same.
    expect(next.call(call.id)).toMatchObject({ status: 'completed', detailsAttempts: 1 })
  })

  test('is asked about although the clock was set back by a month', async () => {
    const gate = createGate()
    const call = await onTheLine(gate, [told(everything)])
    await call.end()
    gate.clock.step(-30 * 24 * 60 * 60_000)
    await gate.clock.advance(31_000)
    expect(call.now()).toMatchObject({ summary: everything.summary, detailsDueAt: null })
  })

  test('that we ended ourselves is asked about, by the hard cap too', async () => {
    const gate = createGate({ maxCallSeconds: 40 })
    const live: Report = { outcome: 'found', providerCallId: 'theirs', events: [] }
    const call = await onTheLine(gate, [live, live, told(everything)])
    await gate.clock.advance(75_000)
    expect(call.now()).toMatchObject({ reasonCode: 'max_duration', summary: everything.summary })
  })

  test('and turns out to have been busy has nothing more to tell', async () => {
    const gate = createGate()
    const call = await onTheLine(gate, [told({}, 'busy')])
    await call.end({ status: 'canceled', code: 'ended_on_request' })
    for (const seconds of [32, 303]) await call.at(seconds)
    expect(call.asked).toHaveLength(1)
    expect(call.now().detailsDueAt).toBeNull()
  })

  test('stands in nobody’s way: of many, a few are asked about at a time, and each in its turn', async () => {
    const gate = createGate()
    const under = { way: 0, most: 0 }
    const ask: Provider['fetchStatus'] = async () => {
      under.most = Math.max(under.most, ++under.way)
      await new Promise<void>((answer) => gate.clock.after(1500, answer))
      under.way--
      return told(everything)
    }
    const due = {
      provider: 'vapi',
      dispatch: 'placed',
      providerCallId: 'theirs',
      status: 'completed',
    } as const
    const now = gate.clock.now()
    const calls = Array.from({ length: 60 }, () =>
      undispatched(gate, '00', { ...due, endedAt: now, detailsDueAt: now }),
    )
    callingThrough(gate, scriptedProvider({ fetchStatus: ask }).provider).reconciler.start()
    await gate.clock.advance(10_000)
    expect(under.most).toBe(20)
    expect(calls.filter((call) => awaitsDetails(call.now()))).toEqual([])
  })

  test.each<[string, Partial<Call>, Partial<Extract<CallEvent, { type: 'ended' }>>]>([
    ['nobody talked on', {}, { status: 'busy' }],
    ['never reached its provider', { dispatch: 'unknown', providerCallId: null }, {}],
    ['was refused', { dispatch: 'refused' }, { status: 'failed', code: 'provider_refused' }],
    ['its provider has lost', { answeredAt: 1 }, { status: 'failed', code: 'provider_lost' }],
    ['the simulator played', { provider: 'simulator' }, {}],
    ['its provider told all of', {}, { details: everything, durationSeconds: 42 }],
  ])('that %s awaits nothing', async (_what, given, event) => {
    const gate = createGate()
    const call = await onTheLine(gate, [], given)
    await call.end(event)
    expect(call.now().endedAt).not.toBeNull()
    expect(awaitsDetails(call.now())).toBe(false)
  })
})

test('what a call awaits is settled at once: to look again changes nothing', () => {
  const gate = createGate()
  const call = undispatched(gate, '00', { provider: 'vapi', dispatch: 'placed', providerCallId: 'theirs' })
  const detail = fc.constantFrom('summary', 'transcript', 'costCents', 'durationSeconds', 'recordingRef')
  fc.assert(
    fc.property(fc.array(detail), fc.nat({ max: 3 }), fc.boolean(), (expected, detailsAttempts, isOver) => {
      const endedAt = isOver ? 1 : null
      const before: Call = {
        ...call.now(),
        status: isOver ? 'completed' : 'in_progress',
        endedAt,
        detailsAttempts,
      }
      const after = awaitDetails(before, expected, 1000)
      expect(awaitDetails(after, expected, 2000)).toBe(after)
      if (!isOver || detailsAttempts > 0) expect(after).toBe(before)
    }),
  )
})
