export interface Lease {
  callId: string
  environmentId: string
  /** Wall-clock milliseconds, because a lease outlives the process. */
  takenAt: number
  /** The hard end of the lease. */
  expiresAt: number
}

export type LeaseDecision = { granted: true } | { granted: false; retryAfterSeconds: number }

/** The assumed duration until the first call of an environment has ended. */
const typicalCallMs = 60_000
/** The weight of the newest call in the running mean of durations. */
const newestWeight = 0.2

/**
 * The slots for concurrent calls. A lease lasts as long as its call, and is restored from the calls' rows at start.
 * This class decides about slots; the rows only remember.
 */
export class Leases {
  readonly #byCall = new Map<string, Lease>()
  readonly #active = new Map<string, Set<Lease>>()
  readonly #typicalMs = new Map<string, number>()
  readonly #taken: (environmentId: string, active: number, now: number) => void

  /** `taken` is called for every slot taken, with the number in use in its environment. */
  constructor(taken: (environmentId: string, active: number, now: number) => void = () => {}) {
    this.#taken = taken
  }

  /** Takes a slot of the lease's environment, or returns when to retry. */
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

  /** Restores a lease that is already on disk, even above the limit. */
  restore(lease: Lease) {
    if (this.#byCall.has(lease.callId)) return
    this.#byCall.set(lease.callId, lease)
    const active = this.#active.get(lease.environmentId)
    if (active) active.add(lease)
    else this.#active.set(lease.environmentId, new Set([lease]))
  }

  /** Releases the slot, and learns the call's duration. Idempotent: false when there was no lease. */
  release(callId: string, now: number) {
    const lease = this.#drop(callId)
    if (!lease) return false
    const lastedMs = Math.max(0, now - lease.takenAt)
    const typicalMs = this.#typicalMs.get(lease.environmentId) ?? lastedMs
    this.#typicalMs.set(lease.environmentId, typicalMs + newestWeight * (lastedMs - typicalMs))
    return true
  }

  /** Releases the slot of a call that was never stored; no duration is learnt. */
  revoke(callId: string) {
    this.#drop(callId)
  }

  /** Slots in use. */
  count(environmentId: string) {
    return this.#active.get(environmentId)?.size ?? 0
  }

  /** Slots in use in all environments together. */
  get total() {
    return this.#byCall.size
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
   * With n calls of a typical duration in progress, one ends every duration/n, and `surplus` of them have to end. Calls
   * that already last longer count with their age instead. An estimate, and never later than the first expiry, which is
   * certain.
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
