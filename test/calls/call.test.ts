import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  advance,
  type Call,
  type CallDetails,
  type CallEvent,
  callStatuses,
  finalStatuses,
  isOver,
  newCall,
  sentiments,
} from '../../src/calls/call.ts'

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

  test('the first end stays: status, time, reason and duration', () =>
    check((call, events) => {
      const after = lives(call, events)
      const end = after.find(isOver)
      const told = events.find(({ type }) => type === 'ended')
      expect(end?.status).toBe(told?.type === 'ended' ? told.status : undefined)
      for (const later of after.filter(isOver))
        expect(later).toMatchObject({
          status: end?.status,
          endedAt: end?.endedAt,
          reason: end?.reason,
          durationSeconds: end?.durationSeconds,
          answeredAt: end?.answeredAt,
        })
    }))

  test('an end lies never before the answer, and a duration is never negative', () =>
    check((call, events) => {
      const { endedAt, answeredAt, durationSeconds } = events.reduce(advance, call)
      if (endedAt === null) return
      expect(endedAt).toBeGreaterThanOrEqual(answeredAt ?? createdAt)
      // How long a completed call lasted that nobody saw answered may still be told.
      const unanswered = events.reduce(advance, call).status === 'completed' ? null : 0
      expect(durationSeconds).toBe(
        answeredAt === null ? unanswered : Math.round((endedAt - answeredAt) / 1000),
      )
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
