import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { dailyPeaks, providersOf, summaryDays, summaryOf } from '../../src/usage/summary.ts'

const hourMs = 3_600_000
const at = (text: string) => Date.parse(text)
const total = (startAt: number, outcome: string, count: number) => ({ startAt, outcome, count })

test('today is compared with the same hours a week ago, and the week ends with today', () => {
  const now = at('2026-01-15T12:30Z')
  const { calls, allowed } = summaryOf(
    [
      total(at('2026-01-15T00:00Z'), 'call:triggered', 5),
      total(at('2026-01-15T12:00Z'), 'call:triggered', 2),
      total(at('2026-01-14T23:00Z'), 'call:triggered', 11),
      total(at('2026-01-08T12:00Z'), 'call:triggered', 3),
      total(at('2026-01-08T13:00Z'), 'call:triggered', 100),
      total(at('2026-01-07T23:00Z'), 'call:triggered', 1000),
      total(at('2026-01-15T12:00Z'), 'granted', 9),
      total(at('2026-01-15T12:00Z'), 'peak_calls', 4),
    ],
    'UTC',
    now,
  )
  expect(calls).toEqual({ today: 7, weekAgo: 3, week: [0, 0, 0, 0, 0, 11, 7] })
  expect(allowed.today).toBe(9)
})

test('rates, minutes and refusals are told apart', () => {
  const now = at('2026-01-15T12:30Z')
  const hour = at('2026-01-15T09:00Z')
  const summary = summaryOf(
    [
      total(hour, 'call:ended', 8),
      total(hour, 'call:answered', 6),
      total(hour, 'call:seconds', 610),
      total(hour, 'rate_limited', 3),
      total(hour, 'concurrency_limited', 4),
      total(hour, 'invalid_json', 2),
      total(hour, 'call:refused vapi', 1),
    ],
    'UTC',
    now,
  )
  expect(summary.answerRate).toMatchObject({ weekAgo: null, week: [null, null, null, null, null, null, 75] })
  const today = Object.fromEntries(Object.entries(summary).map(([name, measure]) => [name, measure.today]))
  expect(today).toEqual({
    calls: 0,
    answerRate: 75,
    minutes: 10,
    allowed: 0,
    limited: 7,
    rejected: 2,
    peakCalls: 0,
  })
})

test('the peak of a day is the highest of its hours, and that of a week ago the highest up to the same time', () => {
  const now = at('2026-01-15T12:30Z')
  const { peakCalls, rejected } = summaryOf(
    [
      total(at('2026-01-15T00:00Z'), 'peak_calls_of_all', 5),
      total(at('2026-01-15T12:00Z'), 'peak_calls_of_all', 2),
      total(at('2026-01-13T23:00Z'), 'peak_calls_of_all', 11),
      total(at('2026-01-08T12:00Z'), 'peak_calls_of_all', 3),
      total(at('2026-01-08T13:00Z'), 'peak_calls_of_all', 100),
    ],
    'UTC',
    now,
  )
  expect(peakCalls).toEqual({ today: 5, weekAgo: 3, week: [0, 0, 0, 0, 11, 0, 5] })
  expect(rejected.week).toEqual([0, 0, 0, 0, 0, 0, 0])
  const figures = [
    { ...total(at('2026-01-15T00:00Z'), 'peak_calls', 4), environmentId: 'one', span: 'hour' as const },
    { ...total(at('2026-01-15T01:00Z'), 'peak_calls', 9), environmentId: 'one', span: 'hour' as const },
    { ...total(at('2026-01-15T01:00Z'), 'granted', 90), environmentId: 'one', span: 'hour' as const },
    { ...total(at('2026-01-08T01:00Z'), 'peak_calls', 90), environmentId: 'one', span: 'hour' as const },
  ]
  expect(dailyPeaks(figures, 'UTC', now)).toEqual([0, 0, 0, 0, 0, 0, 9])
})

test('every hour of the week counts in exactly one day, whatever the zone and the change of its clocks', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata']
  const moment = fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2026-12-31T00:00Z') })
  fc.assert(
    fc.property(fc.constantFrom(...zones), moment, (zone, now) => {
      const { starts } = summaryDays(zone, now)
      const first = Math.ceil((starts[1] ?? 0) / hourMs) * hourMs
      const hours = Array.from({ length: Math.floor((now - first) / hourMs) + 1 }, (_, index) =>
        total(first + index * hourMs, 'granted', 1),
      )
      const { allowed } = summaryOf(hours, zone, now)
      expect(allowed.week).toHaveLength(7)
      expect(allowed.week.reduce((sum, count) => sum + count)).toBe(hours.length)
      expect(allowed.today).toBe(allowed.week.at(-1) ?? 0)
    }),
    { numRuns: 60 },
  )
})

test('providers are told with what they accepted and refused since a moment, the most refused first', () => {
  const figures = [
    total(10, 'call:accepted vapi', 7),
    total(20, 'call:refused retell', 2),
    total(20, 'call:accepted retell', 1),
    total(5, 'call:refused vapi', 50),
    total(20, 'granted', 9),
  ]
  expect(providersOf(figures, 10)).toEqual([
    { provider: 'retell', accepted: 1, refused: 2 },
    { provider: 'vapi', accepted: 7, refused: 0 },
  ])
})
