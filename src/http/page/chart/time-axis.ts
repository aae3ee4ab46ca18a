import type { Range, Spans } from '../../../usage/spans.ts'

const formats: Record<Range, Intl.DateTimeFormatOptions> = {
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  week: { weekday: 'short' },
  month: { day: 'numeric', month: 'short' },
}

/** Every quarter of an hour, every six hours, every day, and every Monday. */
const isLabelled: Record<Range, (local: Temporal.ZonedDateTime) => boolean> = {
  hour: ({ minute }) => minute % 15 === 0,
  // In some zones the hours of UTC begin at the half or three quarters of an hour.
  day: ({ hour }) => hour % 6 === 0,
  week: ({ hour }) => hour < 6,
  month: ({ dayOfWeek }) => dayOfWeek === 1,
}

/** The labels of a time axis in a zone, by the number of their column. */
export const timeLabels = ({ range, starts }: Spans, timeZone: string): Map<number, string> => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, ...formats[range] })
  const local = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return new Map(
    starts.flatMap((at, index) =>
      isLabelled[range](local(at)) ? [[index, format.format(at)] as const] : [],
    ),
  )
}

/** The names of columns in a zone: "14:05", "Mon 24 Nov, 06:00–12:00", "Mon 24 Nov". */
export const spanName = ({ range, starts, end }: Spans, timeZone: string): ((at: number) => string) => {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, ...formats.hour })
  const date = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  })
  const next = new Map(starts.map((at, index) => [at, starts[index + 1] ?? end]))
  return (at) => {
    const times =
      range === 'hour' ? clock.format(at) : `${clock.format(at)}–${clock.format(next.get(at) ?? end)}`
    if (range === 'month') return date.format(at)
    return range === 'week' ? `${date.format(at)}, ${times}` : times
  }
}
