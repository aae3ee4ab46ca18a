import { callOutcomes, isOfCalls, providerOf } from './call-outcomes.ts'
import { spansOf, startIn } from './spans.ts'
import { type Figure, granted, peakCalls, peakOfAll, type Total } from './usage-counters.ts'

/** A number of today, the same of a week ago up to the same time, and its last seven days, today last. */
export interface Measure<Amount = number> {
  today: Amount
  weekAgo: Amount
  week: Amount[]
}

/** What happened lately, in an agency or in all. */
export interface Summary {
  calls: Measure
  /** In percent of the calls that ended; null where none did. */
  answerRate: Measure<number | null>
  minutes: Measure
  allowed: Measure
  limited: Measure
  /** Rejected for other reasons than a limit. */
  rejected: Measure
  /** The most calls in progress at once in all agencies; of one agency, nothing is known of it. */
  peakCalls: Measure
}

const daysCompared = 8
const limits = new Set(['rate_limited', 'concurrency_limited'])

/** The first days of a summary: that of a week ago, and the seven up to today. */
export const summaryDays = (timeZone: string, now: number) => {
  const { starts, end, range } = spansOf('month', timeZone, now)
  return { range, starts: starts.slice(-daysCompared), end }
}

/** Sums up counts by the hour since the first of the `summaryDays`. */
export const summaryOf = (totals: Iterable<Total>, timeZone: string, now: number): Summary => {
  const days = summaryDays(timeZone, now)
  const [weekAgo = 0] = days.starts
  const sameTime = weekAgo + (now - (days.starts.at(-1) ?? now))
  const tallies = new Map([...days.starts, sameTime].map((at) => [at, emptyTally()]))
  for (const total of totals) {
    const day = startIn(days, total.startAt)
    if (day === undefined) continue
    add(tallies.get(day), total)
    if (day === weekAgo && total.startAt < sameTime) add(tallies.get(sameTime), total)
  }
  const week = days.starts.slice(1).map((day) => tallies.get(day) ?? emptyTally())
  const before = tallies.get(sameTime) ?? emptyTally()
  const measure = <Amount>(amountOf: (tally: Tally) => Amount): Measure<Amount> => ({
    today: amountOf(week.at(-1) ?? emptyTally()),
    weekAgo: amountOf(before),
    week: week.map(amountOf),
  })
  return {
    calls: measure(({ triggered }) => triggered),
    answerRate: measure(({ answered, ended }) => (ended === 0 ? null : Math.round((answered * 100) / ended))),
    minutes: measure(({ seconds }) => Math.round(seconds / 60)),
    allowed: measure((tally) => tally.allowed),
    limited: measure((tally) => tally.limited),
    rejected: measure((tally) => tally.rejected),
    peakCalls: measure((tally) => tally.peakCalls),
  }
}

/** The most concurrent calls of an environment on each of the last seven days, today last. */
export const dailyPeaks = (figures: Iterable<Figure>, timeZone: string, now: number): number[] => {
  const days = summaryDays(timeZone, now)
  const peaks = new Map(days.starts.slice(1).map((day) => [day, 0]))
  for (const { startAt, outcome, count } of figures) {
    const day = startIn(days, startAt)
    const highest = day === undefined ? undefined : peaks.get(day)
    if (day !== undefined && highest !== undefined && outcome === peakCalls)
      peaks.set(day, Math.max(highest, count))
  }
  return [...peaks.values()]
}

/** The calls that a provider accepted and refused since a moment, the most refused first. */
export const providersOf = (totals: Iterable<Total>, since: number) => {
  const providers = new Map<string, { provider: string; accepted: number; refused: number }>()
  for (const { startAt, outcome, count } of totals) {
    const found = startAt < since ? undefined : providerOf(outcome)
    if (!found) continue
    const { provider, isRefusal } = found
    const sum = providers.get(provider) ?? { provider, accepted: 0, refused: 0 }
    sum[isRefusal ? 'refused' : 'accepted'] += count
    providers.set(provider, sum)
  }
  return [...providers.values()].toSorted(
    (one, other) => other.refused - one.refused || other.accepted - one.accepted,
  )
}

const emptyTally = () => ({
  triggered: 0,
  ended: 0,
  answered: 0,
  seconds: 0,
  allowed: 0,
  limited: 0,
  rejected: 0,
  peakCalls: 0,
})
type Tally = ReturnType<typeof emptyTally>

const nameOf = new Map<string, keyof Tally>([
  [granted, 'allowed'],
  [callOutcomes.triggered, 'triggered'],
  [callOutcomes.ended, 'ended'],
  [callOutcomes.answered, 'answered'],
  [callOutcomes.seconds, 'seconds'],
])

const add = (tally: Tally | undefined, { outcome, count }: Total) => {
  if (!tally || outcome === peakCalls) return
  if (outcome === peakOfAll) {
    tally.peakCalls = Math.max(tally.peakCalls, count)
    return
  }
  const name =
    nameOf.get(outcome) ?? (limits.has(outcome) ? 'limited' : isOfCalls(outcome) ? undefined : 'rejected')
  if (name !== undefined) tally[name] += count
}
