import { expect, test } from 'bun:test'
import { groupSlots, refusalsByCode, seriesOf } from '../../src/usage/series.ts'
import type { Figure } from '../../src/usage/usage-counters.ts'

const minuteMs = 60_000
const now = Date.parse('2026-01-15T12:00:30Z')
const thisMinute = Date.parse('2026-01-15T12:00:00Z')
const figure = (minutesAgo: number, outcome: string, count: number): Figure => ({
  environmentId: 'environment',
  span: 'minute',
  startAt: thisMinute - minutesAgo * minuteMs,
  outcome,
  count,
})

const figures = [
  figure(0, 'granted', 3),
  figure(0, 'rate_limited', 2),
  figure(0, 'access_disabled', 4),
  figure(0, 'peak_calls', 7),
  figure(2, 'rate_limited', 5),
  figure(3, 'granted', 100),
]
const slots = seriesOf(figures, 'minute', 4, now)

test('a series ends with the minute under way, and has a slot for every minute without requests', () => {
  expect(seriesOf(figures, 'minute', 3, now)).toEqual([
    { startAt: thisMinute - 2 * minuteMs, granted: 0, refused: new Map([['rate_limited', 5]]), peakCalls: 0 },
    { startAt: thisMinute - minuteMs, granted: 0, refused: new Map(), peakCalls: 0 },
    {
      startAt: thisMinute,
      granted: 3,
      refused: new Map([
        ['rate_limited', 2],
        ['access_disabled', 4],
      ]),
      peakCalls: 7,
    },
  ])
})

test('groups add up requests, refused ones by reason, and keep the highest peak', () => {
  expect(groupSlots(slots, () => 0)).toEqual([
    {
      startAt: 0,
      granted: 103,
      refused: new Map([
        ['rate_limited', 7],
        ['access_disabled', 4],
      ]),
      peakCalls: 7,
    },
  ])
})

test('refusals are counted by reason, the most frequent first', () => {
  expect([...refusalsByCode(slots)]).toEqual([
    ['rate_limited', 7],
    ['access_disabled', 4],
  ])
})
