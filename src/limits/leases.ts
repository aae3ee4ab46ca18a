export interface Lease {
  callId: string
  environmentId: string
  /** Wall-clock milliseconds, because a lease outlives the process. */
  takenAt: number
  /** When the lease ends whatever happens. */
  expiresAt: number
}

export type LeaseDecision = { granted: true } | { granted: false; retryAfterSeconds: number }

/** Until an environment's first call has ended, calls are taken to last this long. */
const typicalCallMs = 60_000
/** Weight of the newest call in the running mean of durations. */
const newestWeight = 0.2

/**
 * The slots for concurrent calls. A lease is a call that has not ended: taken with it, given back with it, and read back
 * from the calls' rows at start. This class decides; the rows remember.
 */
export class Leases {
  readonly #byCall = new Map<string, Lease>()
  readonly #active = new Map<string, Set<Lease>>()
  readonly #typicalMs = new Map<string, number>()
  readonly #taken: (environmentId: string, active: number, now: number) => void

  /** `taken` is told of every slot that is taken: how many of its environment are in use then. */
  constructor(taken: (environmentId: string, active: number, now: number) => void = () => {}) {
    this.#taken = taken
  }

  /** Takes a slot of the lease's environment, or says when to come back. */
  take(lease: Lease, limit: number): LeaseDecision {
    const active = this.#active.get(lease.environmentId)
    if ((active?.size ?? 0) >= limit)
      return {
        granted: false,
        retryAfterSeconds: this.#retryAfterSeconds(lease.environmentId, limit, lease.takenAt),
      }
    this.restore(lease)
    this.#taken(lease.environmentId, this.count(lease.environmentId), lease.takenAt)
    return { granted: true }
  }

  /** Takes back a lease that is already on disk, above the limit too. */
  restore(lease: Lease) {
    if (this.#byCall.has(lease.callId)) return
    this.#byCall.set(lease.callId, lease)
    const active = this.#active.get(lease.environmentId)
    if (active) active.add(lease)
    else this.#active.set(lease.environmentId, new Set([lease]))
  }

  /** Gives the slot back and learns how long the call lasted. Idempotent: false when there was nothing to give. */
  release(callId: string, now: number) {
    const lease = this.#drop(callId)
    if (!lease) return false
    const lastedMs = Math.max(0, now - lease.takenAt)
    const typicalMs = this.#typicalMs.get(lease.environmentId) ?? lastedMs
    this.#typicalMs.set(lease.environmentId, typicalMs + newestWeight * (lastedMs - typicalMs))
    return true
  }

  /** Gives the slot back as if it had never been taken: its call did not come to be. */
  revoke(callId: string) {
    this.#drop(callId)
  }

  /** Slots in use. */
  count(environmentId: string) {
    return this.#active.get(environmentId)?.size ?? 0
  }

  /** The ids of the calls that hold a slot. */
  calls(): Iterable<string> {
    return this.#byCall.keys()
  }

  /** Environments with slots in use, and how many. */
  *active(): Generator<[environmentId: string, calls: number]> {
    for (const [environmentId, leases] of this.#active) yield [environmentId, leases.size]
  }

  #drop(callId: string) {
    const lease = this.#byCall.get(callId)
    if (!lease) return undefined
    this.#byCall.delete(callId)
    const active = this.#active.get(lease.environmentId)
    active?.delete(lease)
    if (active?.size === 0) this.#active.delete(lease.environmentId)
    return lease
  }

  /**
   * With n calls of a typical length under way, one ends every typical/n, and `surplus` of them have to. Calls that last
   * longer than usual count by their age: they show that the usual does not hold. An estimate, never past the first
   * expiry, which is certain.
   */
  #retryAfterSeconds(environmentId: string, limit: number, now: number) {
    const active = this.#active.get(environmentId) ?? new Set<Lease>()
    const typicalMs = this.#typicalMs.get(environmentId) ?? typicalCallMs
    let untilFirstExpiryMs = Number.POSITIVE_INFINITY
    let agesMs = 0
    for (const lease of active) {
      untilFirstExpiryMs = Math.min(untilFirstExpiryMs, lease.expiresAt - now)
      agesMs += Math.max(0, now - lease.takenAt)
    }
    const lengthMs = Math.max(typicalMs, agesMs / Math.max(1, active.size))
    const surplus = active.size - limit + 1
    const estimateMs = (surplus * lengthMs) / Math.max(1, active.size)
    return Math.max(1, Math.ceil(Math.min(estimateMs, untilFirstExpiryMs) / 1000))
  }
}
