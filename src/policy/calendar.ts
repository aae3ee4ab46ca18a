/** The local date of a moment as `2026-11-30`: the key under which a call counts. Its first 7 characters are the month. */
export const dayIn = (zone: string, at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString()

/** The start of a local day, in epoch milliseconds. */
export const startOf = (day: string, zone: string): number =>
  Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds

/** The start of the local day or month after the one of `day`, in epoch milliseconds. */
export const endOf = (period: 'day' | 'month', day: string, zone: string): number => {
  const date = Temporal.PlainDate.from(day)
  const next = period === 'day' ? date.add({ days: 1 }) : date.with({ day: 1 }).add({ months: 1 })
  return next.toZonedDateTime(zone).epochMilliseconds
}
