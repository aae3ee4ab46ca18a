/** A rejected request, with its environment's counters at that moment. */
export interface Refused {
  requestId: string
  environmentId: string
  keyId: string
  at: number
  code: string
  /** Method and route pattern, never the path itself. */
  route: string
  address: string
  /** Requests in the window and concurrent calls, each with its limit. */
  requests: number
  requestLimit: number
  calls: number
  callLimit: number
}

export const refusedPerEnvironment = 200
/** Bounds the rejections held in memory, all environments together. */
const refusedMost = 20_000

/** The newest rejections of each environment since the last write. */
export class RecentRefusals {
  readonly #rings = new Map<string, { entries: Refused[]; next: number }>()
  #size = 0

  note(refused: Refused) {
    const ring = this.#rings.get(refused.environmentId) ?? this.#open(refused.environmentId)
    const { entries } = ring
    const mayGrow = entries.length < refusedPerEnvironment && this.#size < refusedMost
    if (mayGrow) {
      entries.push(refused)
      this.#size++
      return
    }
    if (entries.length === 0) return
    if (ring.next >= entries.length) ring.next = 0
    entries[ring.next++] = refused
  }

  /** The number of environments with unwritten rejections. */
  get size() {
    return this.#rings.size
  }

  /** All unwritten rejections, or those of one environment. */
  *entries(environmentId?: string): Generator<Refused> {
    if (environmentId !== undefined) return yield* this.#rings.get(environmentId)?.entries ?? []
    for (const { entries } of this.#rings.values()) yield* entries
  }

  /** The rejections of some environments, at most so many of these, and how to remove them once they are written. */
  first(most: number) {
    const rings = [...this.#rings.entries().take(most)]
    const remove = () => {
      for (const [environmentId, { entries }] of rings) {
        this.#rings.delete(environmentId)
        this.#size -= entries.length
      }
    }
    return { refusals: rings.flatMap(([, { entries }]) => entries), remove }
  }

  #open(environmentId: string) {
    const ring = { entries: [], next: 0 }
    this.#rings.set(environmentId, ring)
    return ring
  }
}
