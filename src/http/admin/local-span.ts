import { ApiError } from '../../failures.ts'

/** A span of time as people give it. */
export interface LocalSpan {
  /** A local date, or a local time: `2026-11-30` or `2026-11-30T12:00`. A last date is included, a last time is not. */
  from?: string | undefined
  to?: string | undefined
  /** The IANA time zone of both. */
  zone?: string | undefined
}

/** The span in epoch milliseconds, without its end. Fails with `invalid_query` for a date that there is not. */
export const spanOf = ({ from, to, zone = 'UTC' }: LocalSpan) => ({
  from: from === undefined ? undefined : known(() => startOf(from, zone)),
  to: to === undefined ? undefined : known(() => startOf(to.includes('T') ? to : dayAfter(to), zone)),
})

/** A span for a link: in the zone of who reads, or in UTC where its clocks show an end twice. */
export const localSpanOf = (span: { from: number; to: number }, zone: string) => {
  const local = localTimes(span, zone)
  const { from, to } = spanOf(local)
  return from === span.from && to === span.to ? local : localTimes(span, 'UTC')
}

const localTimes = ({ from, to }: { from: number; to: number }, zone: string) => ({
  from: minuteIn(zone, from),
  to: minuteIn(zone, to),
  zone,
})

const minuteIn = (zone: string, at: number) =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })

const startOf = (text: string, zone: string) =>
  Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds

const dayAfter = (date: string) => Temporal.PlainDate.from(date).add({ days: 1 }).toString()

const known = (read: () => number) => {
  try {
    return read()
  } catch {
    throw new ApiError('invalid_query', { detail: 'there is no such date' })
  }
}
