import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { ranges, spansBefore, spansOf, startIn } from '../../src/usage/spans.ts'

const counts = { hour: 60, day: 24, week: 28, month: 30 }
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Africa/Cairo']
const moment = fc.integer({ min: Date.parse('2022-01-01Z'), max: Date.parse('2030-01-01Z') })
const hourMs = 3_600_000
const localHour = (at: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).hour

test('the columns of a range follow each other without a gap, and the last one holds the present', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ranges), fc.constantFrom(...zones), moment, (range, zone, now) => {
      const spans = spansOf(range, zone, now)
      expect(spans.starts).toHaveLength(counts[range])
      expect(spans.starts).toEqual([...new Set(spans.starts)].toSorted((one, other) => one - other))
      expect(spans.starts.at(-1)).toBeLessThanOrEqual(now)
      expect(spans.end).toBeGreaterThan(now)
      expect(startIn(spans, now)).toBe(spans.starts.at(-1) ?? 0)
      const before = spansBefore(spans, zone)
      expect(before.starts).toHaveLength(counts[range])
      expect(before.end).toBe(spans.starts[0] ?? 0)
      expect(startIn(before, spans.starts[0] ?? 0)).toBeUndefined()
    }),
    { numRuns: 150 },
  )
})

test.each([
  ['Europe/Berlin', '2026-03-29T12:00Z', 23],
  ['Europe/Berlin', '2026-10-25T12:00Z', 25],
  ['Asia/Kolkata', '2026-10-25T12:00Z', 24],
  ['Australia/Lord_Howe', '2026-04-05T00:00Z', 24.5],
])('a day in %s at %s is %d hours long, and begins at local midnight', (zone, at, hours) => {
  const { starts, end } = spansOf('month', zone, Date.parse(at))
  expect((end - (starts.at(-1) ?? 0)) / hourMs).toBe(hours)
  expect(starts.map((start) => localHour(start, zone))).toEqual(starts.map(() => 0))
  const quarters = spansOf('week', zone, Date.parse(at)).starts.map((start) => localHour(start, zone))
  expect(new Set(quarters)).toEqual(new Set([0, 6, 12, 18]))
})
