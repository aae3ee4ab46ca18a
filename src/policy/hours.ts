/** Half-open, in epoch milliseconds. */
interface Interval {
  start: number
  end: number
}

/** Days of the week, Monday is 1, and half-open minutes of the local day. */
interface Window {
  days: number[]
  fromMinute: number
  toMinute: number
}

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const part = /^(?<days>[a-z,-]+) (?<from>\d\d:\d\d)-(?<to>\d\d:\d\d)$/

export const hoursForm = 'mon-fri 09:00-20:00; sat 10:00-16:00'

/** Parses hours such as `mon-fri 09:00-20:00; sat 10:00-16:00`; undefined for another text. */
export const readHours = (text: string): Window[] | undefined => {
  const windows = text
    .toLowerCase()
    .split(';')
    .map((piece) => windowIn(piece.trim().replaceAll(/\s+/g, ' ')))
  return windows.every((window) => window !== undefined) ? windows : undefined
}

const windowIn = (text: string): Window | undefined => {
  const groups = part.exec(text)?.groups
  if (!groups) return undefined
  const { days = '', from = '', to = '' } = groups
  const listed = days.split(',').map(daysIn)
  const fromMinute = minuteIn(from)
  const toMinute = minuteIn(to)
  if (!listed.every((each) => each !== undefined) || fromMinute === undefined || toMinute === undefined)
    return undefined
  return fromMinute < toMinute ? { days: [...new Set(listed.flat())], fromMinute, toMinute } : undefined
}

const daysIn = (text: string): number[] | undefined => {
  const [first = '', last = first, ...more] = text.split('-')
  const from = dayNames.indexOf(first)
  const to = dayNames.indexOf(last)
  if (from < 0 || to < from || more.length > 0) return undefined
  return Array.from({ length: to - from + 1 }, (_, at) => from + at + 1)
}

/** 24:00 is the end of the day. */
const minuteIn = (text: string): number | undefined => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  const minute = hours * 60 + minutes
  return minutes < 60 && minute <= 24 * 60 ? minute : undefined
}

/** The hours in which calls are allowed have an opening every week, unless zones leave none in common. */
const lookAheadDays = 8

/**
 * True, or the next opening in epoch milliseconds, or null where none is in sight: hours in `zones`, all of which have to
 * allow a call. A local time that a clock change skips is open from the change on; one that comes twice is open both times.
 */
export const openingOf = (
  hours: readonly string[],
  zones: readonly string[],
  now: number,
): true | number | null => {
  const windows = hours.map((text) => readHours(text) ?? [])
  const open = zones.flatMap((zone) => windows.map((each) => openIn(each, zone, now)))
  const [first, ...others] = open
  if (!first) return true
  const next = others.reduce(intersection, first).find(({ end }) => end > now)
  if (!next) return null
  return next.start <= now ? true : next.start
}

/** The intervals of the next days in which one zone allows calls, sorted and apart. */
const openIn = (windows: readonly Window[], zone: string, now: number): Interval[] => {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
  const open: Interval[] = []
  for (let at = 0; at <= lookAheadDays; at++) {
    const date = today.add({ days: at })
    for (const { days, fromMinute, toMinute } of windows)
      if (days.includes(date.dayOfWeek)) open.push(...intervalsOf(date, fromMinute, toMinute, zone))
  }
  return merged(open)
}

/** The instants of a local day between two minutes: two intervals where the clock is set back in between. */
const intervalsOf = (date: Temporal.PlainDate, from: number, to: number, zone: string): Interval[] => {
  const startOfDay = date.toZonedDateTime(zone)
  const endOfDay = date.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds
  const intervals: Interval[] = []
  let piece = startOfDay
  while (piece.epochMilliseconds < endOfDay) {
    const change = piece.getTimeZoneTransition('next')
    const pieceEnd = Math.min(change?.epochMilliseconds ?? endOfDay, endOfDay)
    // Within a piece, the local clock runs evenly from `minuteAtStart`.
    const minuteAtStart = minuteOf(piece, date)
    const at = (minute: number) => piece.epochMilliseconds + (minute - minuteAtStart) * 60_000
    const start = Math.max(piece.epochMilliseconds, at(from))
    const end = Math.min(pieceEnd, at(to))
    if (start < end) intervals.push({ start, end })
    if (!change || change.epochMilliseconds >= endOfDay) break
    piece = change
  }
  return intervals
}

/** Minutes of the local clock since the midnight of `date`, with seconds as a fraction. */
const minuteOf = (moment: Temporal.ZonedDateTime, date: Temporal.PlainDate) =>
  moment.toPlainDateTime().since(date.toPlainDateTime()).total('minutes')

const merged = (intervals: Interval[]): Interval[] => {
  const sorted = intervals.toSorted((one, other) => one.start - other.start)
  const [first, ...others] = sorted
  if (!first) return []
  const apart = [{ ...first }]
  for (const next of others) {
    const last = apart.at(-1)
    if (last && next.start <= last.end) last.end = Math.max(last.end, next.end)
    else apart.push({ ...next })
  }
  return apart
}

/** The times that are in both lists, each of which is sorted and without overlaps. */
const intersection = (ones: readonly Interval[], others: readonly Interval[]): Interval[] => {
  const both: Interval[] = []
  let one = 0
  let other = 0
  while (one < ones.length && other < others.length) {
    const a = ones[one]!
    const b = others[other]!
    const start = Math.max(a.start, b.start)
    const end = Math.min(a.end, b.end)
    if (start < end) both.push({ start, end })
    if (a.end < b.end) one++
    else other++
  }
  return both
}
