import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { steppedLine } from '../../../src/http/page/chart/stepped.ts'
import { roundTicks } from '../../../src/http/page/chart/ticks.ts'
import { timeLabels } from '../../../src/http/page/chart/time-axis.ts'
import { ranges, spansOf } from '../../../src/usage/spans.ts'

test('a scale has three or four ticks in equal, round steps from 0, and at least 40 % of it are used', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (top) => {
      const ticks = roundTicks(top)
      const [zero, step = 0] = ticks
      expect([3, 4]).toContain(ticks.length)
      expect(zero).toBe(0)
      expect(ticks).toEqual(ticks.map((_, at) => at * step))
      expect(String(step)).toMatch(/^[125]0*$/)
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(top)
      if (top > 1) expect(ticks.at(-1)).toBeLessThanOrEqual(top * 2.5)
    }),
  )
})

test('a time axis has few labels, all different in their neighbours, at round local times', () => {
  const zones = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe']
  const from = Date.parse('2024-01-01T00:00Z')
  fc.assert(
    fc.property(
      fc.constantFrom(...ranges),
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 3 * 365 * 24 * 60 }),
      (range, zone, minutes) => {
        const labels = [...timeLabels(spansOf(range, zone, from + minutes * 60_000), zone).values()]
        expect(labels.length).toBeGreaterThanOrEqual(range === 'day' ? 3 : 4)
        expect(labels.length).toBeLessThanOrEqual(8)
        for (const [at, label] of labels.entries()) if (at > 0) expect(label).not.toBe(labels[at - 1] ?? '')
        if (range === 'hour') for (const label of labels) expect(label).toMatch(/:(?:00|15|30|45)$/)
        if (range === 'day') for (const label of labels) expect(label).toMatch(/^(?:00|06|12|18):/)
      },
    ),
    { numRuns: 60 },
  )
})

test('a stepped line goes through every level, and leaves out what is unknown', () => {
  expect(steppedLine([5, 5, 2, undefined, undefined, 7])).toBe('M0 5H2V2H3M5 7H6')
  expect(steppedLine([undefined])).toBe('')
  expect(steppedLine([1, 1, 1])).toBe('M0 1H3')
})
