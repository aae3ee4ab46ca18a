/** A request that was refused, with the counters of its environment as they stood. */
export interface Refused {
  requestId: string
  environmentId: string
  keyId: string
  at: number
  code: string
  /** Method and path pattern: never what was in the path. */
  route: string
  address: string
  /** Requests granted in the window, and calls at once, each with its limit. */
  requests: number
  requestLimit: number
  calls: number
  callLimit: number
}

export const refusedPerEnvironment = 200
/** Bounds what all environments together hold until it is written. */
const refusedMost = 20_000

/** The newest refusals of each environment, until they are written. */
export class RecentRefusals {
  #rings = new Map<string, { entries: Refused[]; next: number }>()
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

  get isEmpty() {
    return this.#size === 0
  }

  /** Every refusal not yet written; those of one environment, where one is given. */
  *entries(environmentId?: string): Generator<Refused> {
    if (environmentId !== undefined) return yield* this.#rings.get(environmentId)?.entries ?? []
    for (const { entries } of this.#rings.values()) yield* entries
  }

  clear() {
    this.#rings = new Map()
    this.#size = 0
  }

  #open(environmentId: string) {
    const ring = { entries: [], next: 0 }
    this.#rings.set(environmentId, ring)
    return ring
  }
}
