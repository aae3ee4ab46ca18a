import type { Spending } from './tiles.tsx'
import { summaryDays } from '../../../usage/summary.ts'

interface Cost {
  day: string
  currency: string
  cents: number
}

/** The currencies shown, those with the highest cost. */
const currenciesMost = 2

const dateIn = (timeZone: string) => (at: number) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString()

/** The local dates of the days that are compared, that of a week ago first. */
export const datesOf = (timeZone: string, now: number) =>
  summaryDays(timeZone, now).starts.map(dateIn(timeZone))

/** The cost by currency. Costs are kept by the day, so that of a week ago is that of the whole day. */
export const spendingOf = (costs: Cost[], dates: string[]): Spending[] => {
  const byCurrency = Map.groupBy(costs, ({ currency }) => currency)
  return [...byCurrency]
    .map(([currency, own]) => {
      const [weekAgo = 0, ...week] = dates.map((date) => own.find(({ day }) => day === date)?.cents ?? 0)
      return { currency, measure: { today: week.at(-1) ?? 0, weekAgo, week } }
    })
    .toSorted((one, other) => sum(other.measure.week) - sum(one.measure.week))
    .slice(0, currenciesMost)
}

const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0)
