import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { advance } from '../../src/calls/advance.ts'
import {
  type Call,
  type CallEvent,
  callStatuses,
  finalStatuses,
  isOver,
  newCall,
} from '../../src/calls/call.ts'
import { answeredBy, type CallDetails, sentiments } from '../../src/calls/call-details.ts'

const createdAt = 1_000_000

const freshCall = () =>
  newCall({
    id: 'call',
    agencyId: 'agency',
    environmentId: 'environment',
    agentId: 'agent',
    provider: 'simulator',
    accountId: null,
    agentRef: null,
    fromNumber: null,
    phoneNumber: '+15551234567',
    name: null,
    email: null,
    metadata: { nested: { kept: true } },
    options: null,
    timeZone: null,
    consent: null,
    spendingDay: null,
    createdAt,
    expiresAt: createdAt + 3_600_000,
  })

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

/** Providers' clocks are not ours: some events seem to be from before the call. */
const at = fc.integer({ min: createdAt - 60_000, max: createdAt + 600_000 })
const line = fc.record({ role: fc.constantFrom('agent' as const, 'human' as const), content: fc.string() })
const text = fc.constantFrom('one', 'two', null)
const details: fc.Arbitrary<Partial<CallDetails>> = fc.record(
  {
    summary: text,
    sentiment: fc.constantFrom(...sentiments, null),
    transcript: fc.option(fc.array(line, { maxLength: 2 })),
    recordingRef: text,
  },
  { requiredKeys: [] },
)
const ended = fc.record(
  {
    type: fc.constant('ended' as const),
    at,
    status: fc.constantFrom(...finalStatuses),
    reason: fc.constantFrom('because', 'why not'),
    code: fc.constantFrom('voicemail', 'transferred', 'provider_capacity'),
    answeredBy: fc.constantFrom(...answeredBy),
    answeredAt: at,
    durationSeconds: fc.integer({ min: 0, max: 600 }),
    details,
  },
  { requiredKeys: ['type', 'at', 'status'] },
)
const progress = fc.record({ type: fc.constantFrom('ringing' as const, 'answered' as const), at })
const event: fc.Arbitrary<CallEvent> = fc.oneof(progress, ended)

/** Any events in any order, some of them told again later. */
const history = fc
  .array(event, { minLength: 1, maxLength: 10, size: 'max' })
  .chain((events) => fc.array(fc.constantFrom(...events), { maxLength: 20, size: 'max' }))

const check = (property: (call: Call, events: CallEvent[]) => void) =>
  fc.assert(
    fc.property(history, (events) => property(frozen(freshCall()), frozen(events))),
    { numRuns: 3000 },
  )

/** The call after each event. */
const lives = (call: Call, events: CallEvent[]) => {
  let now = call
  return events.map((one) => (now = frozen(advance(now, one))))
}

const rank = (call: Call) => Math.min(callStatuses.indexOf(call.status), 3)

describe('whatever a provider tells, in whatever order and however often', () => {
  test('an event told twice in a row gives back the very same call', () =>
    check((call, events) => {
      for (const [index, after] of lives(call, events).entries()) {
        const told = events[index]
        if (told) expect(advance(after, told)).toBe(after)
      }
    }))

  test('telling the whole history again changes nothing once the call is over', () =>
    check((call, events) => {
      const before = events.reduce(advance, call)
      fc.pre(isOver(before))
      expect(events.reduce(advance, before)).toBe(before)
    }))

  test('a call only moves forward', () =>
    check((call, events) => {
      const ranks = [call, ...lives(call, events)].map(rank)
      expect(ranks).toEqual([...ranks].toSorted((a, b) => a - b))
    }))

  test('a call is over exactly when its status is final', () =>
    check((call, events) => {
      for (const after of [call, ...lives(call, events)]) {
        const final = finalStatuses.some((status) => status === after.status)
        expect(isOver(after)).toBe(final)
        if (!final) expect(after.durationSeconds).toBeNull()
      }
    }))

  test('the first end stays: its status, its time, and what it gave as a reason', () =>
    check((call, events) => {
      const after = lives(call, events)
      const end = after.find(isOver)
      const told = events.find(({ type }) => type === 'ended')
      const wasCanceled = told?.type === 'ended' && told.status === 'canceled' && end?.answeredAt !== null
      const expected = told?.type === 'ended' && !wasCanceled ? told.status : undefined
      if (end) expect(end.status).toBe(expected ?? 'completed')
      for (const later of after.filter(isOver)) {
        expect(later).toMatchObject({ status: end?.status, endedAt: end?.endedAt })
        for (const given of ['reason', 'reasonCode', 'answeredAt'] as const)
          if (end && end[given] !== null) expect(later[given]).toBe(end[given])
      }
    }))

  test('who answered is not told otherwise later, once it is known', () =>
    check((call, events) => {
      const known = lives(call, events).map((after) => after.answeredBy)
      for (const [index, who] of known.entries())
        if (who === 'human' || who === 'machine') expect(new Set(known.slice(index))).toEqual(new Set([who]))
    }))

  test('an end lies never before the answer, and a duration is never negative', () =>
    check((call, events) => {
      const { endedAt, answeredAt, durationSeconds, status } = events.reduce(advance, call)
      if (endedAt === null) return
      expect(endedAt).toBeGreaterThanOrEqual(answeredAt ?? createdAt)
      // How long a completed call lasted that nobody saw answered may still be told.
      if (durationSeconds === null) expect([answeredAt, status]).toEqual([null, 'completed'])
      else expect(durationSeconds).toBeGreaterThanOrEqual(0)
      const isTold = events.some((one) => one.type === 'ended' && one.durationSeconds !== undefined)
      if (answeredAt !== null && !isTold)
        expect(durationSeconds).toBe(Math.round((endedAt - answeredAt) / 1000))
    }))

  test('details fill what is missing and never replace what is there', () =>
    check((call, events) => {
      const after = events.reduce(advance, call)
      const told = events.flatMap((one) => (one.type === 'ended' && one.details ? [one.details] : []))
      for (const detail of ['summary', 'sentiment', 'transcript', 'recordingRef'] as const) {
        const first = told.find((one) => (one[detail] ?? null) !== null)?.[detail]
        expect(after[detail]).toEqual(first ?? null)
      }
    }))

  test('what was ordered stays as it was', () =>
    check((call, events) => {
      const { id, agencyId, phoneNumber, metadata, dispatch, expiresAt } = call
      const ordered = { id, agencyId, phoneNumber, metadata, dispatch, expiresAt, createdAt }
      expect(events.reduce(advance, call)).toMatchObject(ordered)
    }))
})

test('a call that rings, is answered and ends has all its times', () => {
  const events: CallEvent[] = [
    { type: 'ringing', at: createdAt + 1000 },
    { type: 'answered', at: createdAt + 3000 },
    { type: 'ended', at: createdAt + 63_400, status: 'completed' },
  ]
  expect(lives(freshCall(), events).map(({ status }) => status)).toEqual([
    'ringing',
    'in_progress',
    'completed',
  ])
  expect(events.reduce(advance, freshCall())).toMatchObject({
    ringingAt: createdAt + 1000,
    answeredAt: createdAt + 3000,
    endedAt: createdAt + 63_400,
    durationSeconds: 60,
    reason: null,
  })
})

test('an end that comes before the answer is believed, and the answer then is not', () => {
  const over = advance(freshCall(), { type: 'ended', at: createdAt + 10, status: 'busy', reason: 'Busy.' })
  expect(advance(over, { type: 'answered', at: createdAt + 5 })).toBe(over)
  expect(over).toMatchObject({ status: 'busy', reason: 'Busy.', durationSeconds: 0 })
})

test.each([
  ['busy', 'busy'],
  ['no_answer', 'no_answer'],
  ['failed', null],
  ['completed', null],
  ['canceled', null],
] as const)(
  'a call that ended as %s has the reason code %p where its provider gives none',
  (status, code) => {
    expect(advance(freshCall(), { type: 'ended', at: createdAt + 10, status }).reasonCode).toBe(code)
  },
)

test('a call that was answered is completed, though its provider says canceled', () => {
  const talking = advance(freshCall(), { type: 'answered', at: createdAt + 1000 })
  const over = advance(talking, { type: 'ended', at: createdAt + 43_000, status: 'canceled' })
  expect(over).toMatchObject({ status: 'completed', durationSeconds: 42 })
})

test('that somebody had answered may be told after the end, and gives a call that broke off its length', () => {
  const end = { type: 'ended', at: createdAt + 43_000, status: 'failed' } as const
  const over = advance(freshCall(), end)
  expect(over).toMatchObject({ answeredAt: null, durationSeconds: 0 })
  const told = advance(over, { ...end, answeredAt: createdAt + 1000 })
  expect(told).toMatchObject({ answeredAt: createdAt + 1000, durationSeconds: 42, status: 'failed' })
})

test('a machine that is told of after the end makes a voicemail of the call', () => {
  const end = { type: 'ended', at: createdAt + 1000, status: 'completed' } as const
  const over = advance(freshCall(), end)
  const told = advance(over, { ...end, code: 'voicemail', answeredBy: 'machine' })
  expect(told).toMatchObject({ reasonCode: 'voicemail', answeredBy: 'machine' })
})

test('the number that a call came from is told where the order names it by an id, and never replaces one', () => {
  const end = {
    type: 'ended',
    at: createdAt + 1000,
    status: 'completed',
    fromNumber: '+15550001111',
  } as const
  expect(advance({ ...freshCall(), fromNumber: 'phnum_1' }, end).fromNumber).toBe('+15550001111')
  expect(advance(freshCall(), end).fromNumber).toBe('+15550001111')
  expect(advance({ ...freshCall(), fromNumber: '+15550002222' }, end).fromNumber).toBe('+15550002222')
  expect(advance(freshCall(), { ...end, fromNumber: 'anonymous' }).fromNumber).toBeNull()
})

test('an analysis takes new members in, never replaces one, and leaves out those that there is no room for', () => {
  const end = { type: 'ended', at: createdAt + 1000, status: 'completed' } as const
  const told = (call: Call, analysis: Record<string, unknown>) =>
    advance(call, { ...end, details: { analysis } })
  const first = told(freshCall(), { plan: 'pro', none: null, huge: 'x'.repeat(64 * 1024) })
  expect(first.analysis).toEqual({ plan: 'pro' })
  const second = told(first, { plan: 'basic', seats: 3, huge: 'x'.repeat(64 * 1024) })
  expect(second.analysis).toEqual({ plan: 'pro', seats: 3 })
  expect(told(second, { plan: 'basic', seats: 3 })).toBe(second)
})
