import type { Labels, Metric, Sample } from './metric.ts'

/** In seconds, from an answer out of memory to the patience of a person. */
export const requestBounds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5]
/** In seconds, for networks and other servers. */
export const remoteBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]

/** Counts observations by upper bound. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number) {
    const bounds = this.#bounds
    let at = 0
    while (at < bounds.length && value > bounds[at]!) at++
    this.#counts[at]!++
    this.#sum += value
  }

  samples(labels: Labels = {}): Sample[] {
    let count = 0
    const buckets = [...this.#bounds, Number.POSITIVE_INFINITY].map((bound, at): Sample => {
      count += this.#counts[at]!
      const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound)
      return { suffix: '_bucket', labels: { ...labels, le }, value: count }
    })
    return [
      ...buckets,
      { suffix: '_sum', labels, value: this.#sum },
      { suffix: '_count', labels, value: count },
    ]
  }
}

/** A histogram per set of labels. */
export class Histograms {
  readonly #about: Omit<Metric, 'type' | 'samples'>
  readonly #bounds: readonly number[]
  readonly #all = new Map<string, { labels: Labels; histogram: Histogram }>()

  constructor(about: Omit<Metric, 'type' | 'samples'>, bounds: readonly number[]) {
    this.#about = about
    this.#bounds = bounds
  }

  of(labels: Labels) {
    const id = Object.values(labels).join('\n')
    const known = this.#all.get(id)
    if (known) return known.histogram
    const histogram = new Histogram(this.#bounds)
    this.#all.set(id, { labels, histogram })
    return histogram
  }

  metric(): Metric {
    const samples = [...this.#all.values()].flatMap(({ labels, histogram }) => histogram.samples(labels))
    return { ...this.#about, type: 'histogram', samples }
  }
}
