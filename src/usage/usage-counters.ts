/** The counts of an environment's requests in one minute. */
interface Tally {
  environmentId: string
  /** The minute's first millisecond. */
  startAt: number
  granted: number
  refused: Map<string, number> | undefined
  /** The peak of concurrent calls. */
  peakCalls: number
  /** What became of calls. */
  outcomes: Map<string, number> | undefined
}

export type Span = keyof typeof spanMs

/** A count of requests, or the peak of calls, of a minute or an hour. */
export interface Figure {
  environmentId: string
  span: Span
  startAt: number
  /** `granted`, the code of a refusal, `peak_calls`, or one of the outcomes of calls. */
  outcome: string
  count: number
}

interface Wanted {
  environmentId?: string
  span: Span
  from: number
}

export const spanMs = { minute: 60_000, hour: 3_600_000 } as const
export const granted = 'granted'
export const peakCalls = 'peak_calls'
/** The most calls in progress at once in all environments together: a total, and no sum of their peaks. */
export const peakOfAll = 'peak_calls_of_all'

/** Bounds the memory while the disk fails for hours: beyond it, counts are added to the newest minute. */
const minutesMost = 100_000

/** The counts of requests by environment and minute since the last write. */
export class UsageCounters {
  readonly #activeCalls: (environmentId: string) => number
  readonly #newest = new Map<string, Tally>()
  #all: Tally[] = []
  /** By the first millisecond of the hour. */
  readonly #peaks = new Map<number, number>()

  /** A minute's peak starts with the calls in progress at its start. */
  constructor(activeCalls: (environmentId: string) => number) {
    this.#activeCalls = activeCalls
  }

  grant(environmentId: string, now: number) {
    this.#at(environmentId, now).granted++
  }

  /** An `admitted` request was counted as granted before, and is now counted as rejected instead. */
  refuse(environmentId: string, code: string, admitted: boolean, now: number) {
    const tally = this.#at(environmentId, now)
    if (admitted) tally.granted--
    tally.refused ??= new Map()
    tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1)
  }

  /** The calls in progress, of an environment and of all together. */
  calls(environmentId: string, active: number, ofAll: number, now: number) {
    const tally = this.#at(environmentId, now)
    if (active > tally.peakCalls) tally.peakCalls = active
    const hour = now - (now % spanMs.hour)
    this.#peaks.set(hour, Math.max(ofAll, this.#peaks.get(hour) ?? 0))
  }

  /** Adds to the outcomes of calls. */
  count(environmentId: string, outcomes: readonly (readonly [string, number])[], now: number) {
    const tally = this.#at(environmentId, now)
    tally.outcomes ??= new Map()
    for (const [outcome, count] of outcomes)
      tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + count)
  }

  /** The unwritten figures of an environment, or of all, since a time. Several may be for the same span. */
  *figures({ environmentId, span, from }: Wanted): Generator<Figure> {
    for (const tally of this.#all) {
      if (environmentId !== undefined && tally.environmentId !== environmentId) continue
      for (const figure of figuresOf(tally)) if (figure.span === span && figure.startAt >= from) yield figure
    }
  }

  /** The unwritten peaks of all environments together since a time. */
  *peaks(from: number): Generator<Total> {
    for (const [startAt, count] of this.#peaks)
      if (startAt >= from) yield { startAt, outcome: peakOfAll, count }
  }

  /** The number of minutes with counts, of all environments. */
  get size() {
    return this.#all.length
  }

  /** The figures of the oldest minutes, at most so many, with all peaks, and how to remove these once they are written. */
  oldest(most: number) {
    const tallies = this.#all.slice(0, most)
    const peaks = [...this.peaks(Number.NEGATIVE_INFINITY)]
    const remove = () => {
      for (const { startAt, count } of peaks)
        if (this.#peaks.get(startAt) === count) this.#peaks.delete(startAt)
      this.#all = this.#all.slice(tallies.length)
      for (const tally of tallies)
        if (this.#newest.get(tally.environmentId) === tally) this.#newest.delete(tally.environmentId)
    }
    return { figures: tallies.flatMap((tally) => [...figuresOf(tally)]), peaks, remove }
  }

  #at(environmentId: string, now: number) {
    const startAt = now - (now % spanMs.minute)
    const newest = this.#newest.get(environmentId)
    if (newest && (newest.startAt === startAt || this.#all.length >= minutesMost)) return newest
    const tally: Tally = {
      environmentId,
      startAt,
      granted: 0,
      refused: undefined,
      outcomes: undefined,
      peakCalls: this.#activeCalls(environmentId),
    }
    this.#newest.set(environmentId, tally)
    this.#all.push(tally)
    return tally
  }
}

const spans = ['minute', 'hour'] as const

/** The figures of a minute, for itself and for its hour. */
function* figuresOf({ environmentId, startAt: minuteAt, ...tally }: Tally): Generator<Figure> {
  for (const span of spans) {
    const at = { environmentId, span, startAt: minuteAt - (minuteAt % spanMs[span]) }
    if (tally.granted !== 0) yield { ...at, outcome: granted, count: tally.granted }
    if (tally.peakCalls > 0) yield { ...at, outcome: peakCalls, count: tally.peakCalls }
    for (const [outcome, count] of tally.refused ?? []) yield { ...at, outcome, count }
    // No chart shows them by the minute.
    if (span === 'hour') for (const [outcome, count] of tally.outcomes ?? []) yield { ...at, outcome, count }
  }
}

/** Merges figures by span and outcome: requests are added, of peaks the highest stays. */
export const mergeFigures = (figures: Iterable<Figure>): Figure[] => {
  const merged = new Map<string, Figure>()
  for (const figure of figures) {
    const id = `${figure.startAt} ${figure.outcome}`
    const earlier = merged.get(id)
    if (!earlier) merged.set(id, { ...figure })
    else if (figure.outcome === peakCalls) earlier.count = Math.max(earlier.count, figure.count)
    else earlier.count += figure.count
  }
  return [...merged.values()].filter(({ count }) => count > 0)
}

/** A count of an hour, of one environment or of all. */
export type Total = Pick<Figure, 'startAt' | 'outcome' | 'count'>

/**
 * Merges counts by hour and outcome. The peaks of environments are not at the same time, so they have no sum; of the
 * peaks of all together, the highest stays.
 */
export const mergeTotals = (figures: Iterable<Total>): Total[] => {
  const merged = new Map<string, Total>()
  for (const { startAt, outcome, count } of figures) {
    if (outcome === peakCalls) continue
    const id = `${startAt} ${outcome}`
    const earlier = merged.get(id)
    if (!earlier) merged.set(id, { startAt, outcome, count })
    else if (outcome === peakOfAll) earlier.count = Math.max(earlier.count, count)
    else earlier.count += count
  }
  return [...merged.values()]
}
