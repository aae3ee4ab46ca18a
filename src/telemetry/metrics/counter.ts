import type { Labels, Metric } from './metric.ts'

/** A counter with one sample per set of labels. */
export class Counter {
  readonly #about: Omit<Metric, 'type' | 'samples'>
  readonly #all = new Map<string, { labels: Labels; value: number }>()

  constructor(about: Omit<Metric, 'type' | 'samples'>) {
    this.#about = about
  }

  add(labels: Labels) {
    const id = Object.values(labels).join('\n')
    const known = this.#all.get(id)
    if (known) known.value++
    else this.#all.set(id, { labels, value: 1 })
  }

  metric(): Metric {
    return { ...this.#about, type: 'counter', samples: [...this.#all.values()] }
  }
}
