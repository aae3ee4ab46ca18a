import { describe, expect, test } from 'bun:test'
import { heapStats } from 'bun:jsc'
import fc from 'fast-check'
import { Windows } from '../../src/limits/window.ts'
import {
  agreesWithOracle,
  limit,
  Oracle,
  spanMs,
  type Step,
  steps,
  waitMs,
} from '../support/window-oracle.ts'

const id = 'environment'
const runs = { numRuns: 2000 }

/** Plays the steps against a new window, and gives it back with the time at their end. */
const play = (span: number, played: Step[]) => {
  const windows = new Windows(span)
  let now = 0
  const decisions = played.map((step) => {
    now += step.waitMs
    return { now, ...windows.take(id, step.limit, now) }
  })
  return { windows, now, decisions }
}

describe('agrees with a list of all grants on', () => {
  test('every grant and what remains, while the limit changes and the clock stands still or leaps', () =>
    fc.assert(agreesWithOracle, runs))

  test('many ids, each for itself', () => {
    const taken = fc.record({ id: fc.constantFrom('a', 'b', 'c'), waitMs, limit: fc.constant(2) })
    fc.assert(
      fc.property(spanMs, fc.array(taken, { maxLength: 60, size: 'max' }), (span, played) => {
        const windows = new Windows(span)
        const oracles = new Map(['a', 'b', 'c'].map((name) => [name, new Oracle(span)]))
        let now = 0
        for (const step of played) {
          now += step.waitMs
          const expected = oracles.get(step.id)?.take(step.limit, now)
          expect(windows.take(step.id, step.limit, now).granted).toBe(expected ?? false)
        }
      }),
      runs,
    )
  })
})

test('never holds more than the limit in any span', () => {
  fc.assert(
    fc.property(spanMs, limit, steps(fc.constant(0)), (span, max, played) => {
      const { decisions } = play(
        span,
        played.map((step) => ({ ...step, limit: max })),
      )
      const grants = decisions.filter(({ granted }) => granted).map(({ now }) => now)
      grants.slice(max).forEach((time, index) => {
        expect(time - (grants[index] ?? 0)).toBeGreaterThanOrEqual(span)
      })
    }),
    runs,
  )
})

test('after a refusal, waiting exactly resetSeconds is enough and a second less is not', () => {
  fc.assert(
    fc.property(spanMs, limit, steps(limit), (span, max, played) => {
      const { windows, now } = play(span, played)
      const refusal = windows.take(id, max, now)
      fc.pre(!refusal.granted)
      expect(refusal.resetSeconds).toBeGreaterThanOrEqual(1)
      expect(Number.isInteger(refusal.resetSeconds)).toBe(true)
      const wait = refusal.resetSeconds * 1000
      expect(windows.take(id, max, now + wait - 1000).granted).toBe(false)
      expect(windows.take(id, max, now + wait).granted).toBe(true)
    }),
    runs,
  )
})

test('does not record refusals', () => {
  const windows = new Windows(1000)
  windows.take(id, 1, 0)
  for (let now = 1; now < 1000; now++) expect(windows.take(id, 1, now).granted).toBe(false)
  expect(windows.take(id, 1, 1000).granted).toBe(true)
})

test('peeking sees what taking would, and takes nothing', () => {
  fc.assert(
    fc.property(spanMs, limit, steps(limit), (span, max, played) => {
      const { windows, now } = play(span, played)
      const peeked = windows.peek(id, max, now)
      expect(windows.peek(id, max, now)).toEqual(peeked)
      const taken = windows.take(id, max, now)
      expect(taken.granted).toBe(peeked.granted)
      expect(taken.remaining).toBe(peeked.granted ? peeked.remaining - 1 : peeked.remaining)
    }),
    runs,
  )
})

test('peeking at an unknown id leaves no trace', () => {
  const windows = new Windows(1000)
  expect(windows.peek(id, 5, 0)).toEqual({ granted: true, remaining: 5, resetSeconds: 0 })
  expect(windows.size).toBe(0)
})

test('a lowered limit holds at once, and enough grants must leave before the next', () => {
  const windows = new Windows(10_000)
  for (let second = 0; second < 5; second++) windows.take(id, 5, second * 1000)
  expect(windows.take(id, 2, 5000)).toEqual({ granted: false, remaining: 0, resetSeconds: 8 })
  expect(windows.take(id, 2, 12_999).granted).toBe(false)
  expect(windows.take(id, 2, 13_000).granted).toBe(true)
})

test('drops the logs of idle ids and keeps those in use', () => {
  const windows = new Windows(1000)
  for (let index = 0; index < 500; index++) windows.take(`idle-${index}`, 5, index / 1000)
  windows.take('busy', 1, 900)
  expect(windows.size).toBe(501)
  windows.take('new', 5, 1500)
  expect(windows.size).toBe(2)
  expect(windows.take('busy', 1, 1600).granted).toBe(false)
})

test('what is restored counts as if it had been taken, and what was read once is not read again', () => {
  const windows = new Windows(1000)
  windows.restore(id, [-400, -1, -1])
  expect(windows.take(id, 4, 0)).toEqual({ granted: true, remaining: 0, resetSeconds: 1 })
  expect(windows.take(id, 4, 599).granted).toBe(false)
  expect([...windows.unread(600, true)]).toEqual([[id, [-1, -1, 0]]])
  expect(windows.take(id, 4, 600).granted).toBe(true)
  expect([...windows.unread(600, false)]).toEqual([[id, [600]]])
  expect([...windows.unread(600, false)]).toEqual([])
  expect([...windows.unread(600, true)]).toEqual([[id, [-1, -1, 0, 600]]])
})

test('a window that was wide gives its memory back while it goes on in use', () => {
  const windows = new Windows(1000)
  for (let index = 0; index < 200_000; index++) windows.take(id, 1_000_000, index / 1000)
  Bun.gc(true)
  const wide = heapStats().extraMemorySize
  for (let now = 900; now < 3000; now += 100) windows.take(id, 1_000_000, now)
  Bun.gc(true)
  expect(wide - heapStats().extraMemorySize).toBeGreaterThan(1_000_000)
  expect(windows.count(id, 3000)).toBe(9)
  expect(windows.take(id, 10, 3000).granted).toBe(true)
  expect(windows.take(id, 10, 3000).granted).toBe(false)
})

describe('a limit of a million', () => {
  const million = 1_000_000

  test('costs only what is used of it', () => {
    const windows = new Windows(60_000)
    const before = heapStats().extraMemorySize
    for (let index = 0; index < 1000; index++) windows.take(`id-${index}`, million, index)
    expect(heapStats().extraMemorySize - before).toBeLessThan(1_000_000)
    expect(windows.size).toBe(1000)
  })

  test('is granted to the last, and then exact', () => {
    const windows = new Windows(60_000)
    for (let index = 0; index < million; index++) windows.take(id, million, index / 1000)
    expect(windows.take(id, million, 1000)).toEqual({ granted: false, remaining: 0, resetSeconds: 59 })
    expect(windows.take(id, million, 60_000)).toEqual({ granted: true, remaining: 0, resetSeconds: 1 })
    expect(windows.take(id, million, 60_000).granted).toBe(false)
  })
})
