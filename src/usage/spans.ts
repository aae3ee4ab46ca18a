/** The ranges of the charts. */
export const ranges = ['hour', 'day', 'week', 'month'] as const
export type Range = (typeof ranges)[number]

/** The columns of a range, each from its start to the start of the next. */
export interface Spans {
  range: Range
  starts: number[]
  /** The end of the last one, which holds the present. */
  end: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const hoursPerPart = 6
const partsPerDay = 24 / hoursPerPart
const daysShown = { week: 7, month: 30 } as const
const columnsOf = { week: 7 * partsPerDay, month: 30 } as const

/**
 * The columns of a range that ends with `now`: 60 minutes, 24 hours, the quarters of 7 local days, or 30 local days. At a
 * change of the clocks a quarter or a day is as much longer or shorter as it is there.
 */
export const spansOf = (range: Range, timeZone: string, now: number): Spans => {
  if (range === 'hour') return steps(range, minuteMs, 60, now)
  if (range === 'day') return steps(range, hourMs, 24, now)
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate()
  // From the day before the first, of which the end may belong to the range, to tomorrow.
  const days = Array.from({ length: daysShown[range] + 2 }, (_, at) =>
    today.add({ days: at - daysShown[range] }),
  )
  const startOf = (date: Temporal.PlainDate, hour = 0) =>
    date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from({ hour }) }).epochMilliseconds
  const parts = range === 'week' ? Array.from({ length: partsPerDay }, (_, at) => at * hoursPerPart) : [0]
  const all = days.flatMap((date) => parts.map((hour) => startOf(date, hour)))
  const ended = all.findIndex((startAt) => startAt > now)
  return { range, starts: all.slice(Math.max(0, ended - columnsOf[range]), ended), end: all[ended] ?? now }
}

/** The same number of columns before these. */
export const spansBefore = ({ range, starts: [first = 0] }: Spans, timeZone: string): Spans => ({
  ...spansOf(range, timeZone, first - 1),
  end: first,
})

const steps = (range: Range, lengthMs: number, count: number, now: number): Spans => {
  const end = now - (now % lengthMs) + lengthMs
  return { range, starts: Array.from({ length: count }, (_, at) => end - (count - at) * lengthMs), end }
}

/** The start of the column that a moment falls into; undefined for one outside. */
export const startIn = ({ starts, end }: Spans, at: number): number | undefined =>
  at < end ? starts.findLast((startAt) => startAt <= at) : undefined
