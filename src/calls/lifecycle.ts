import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import type { Leases } from '../limits/leases.ts'
import { advance } from './advance.ts'
import { type Call, type CallEvent, holdsSlot, isForgotten, isOver, leaseOf } from './call.ts'
import type { Commit } from '../commit.ts'
import { awaitDetails } from './details.ts'
import type { Capabilities } from './provider.ts'
import { type SpendingDelta, spendingDelta } from './spending.ts'
import { finish, type MaybeWork, type Work } from '../work.ts'

interface LifecycleStore {
  find(id: string): Work<Call | undefined>
  /** Writes the changed columns of a call. */
  update(before: Call, after: Call): Work<void>
}

interface LifecycleDeps {
  calls: LifecycleStore
  leases: Leases
  capabilities(call: Call): Capabilities
  commit: Commit
  clock: Clock
  /** Writes the webhook events of a change, in the same commit. */
  enqueueEvents(before: Call, after: Call): Work<void>
  /** Called once for each call that is over, after the commit. */
  ended?(call: Call): void
  /** Lists the number of a person who asked not to be called again, in the same commit. */
  optedOut?(call: Call, now: number): Work<void>
  /** Adds what a change of a real call adds to what was used, in the same commit. */
  addSpending?(environmentId: string, day: string, delta: SpendingDelta): Work<void>
  /** Called after that, in the same commit, where a call has used more. */
  spent?(call: Call): Work<void>
}

/** A change of a call. What it asks for is read in the commit. */
type Alter = (call: Call) => MaybeWork<Call>

/** The pause before a change that the disk did not take is tried again. */
const retryMs = 1000

/**
 * The only way to change a call: read, change and save in one commit; the lease is released when the call is over, and
 * taken back should its provider say that it is still running.
 * Details that its provider has not reported yet are then requested for a while.
 */
export class Lifecycle {
  readonly #deps: LifecycleDeps
  #stopped = false

  constructor(deps: LifecycleDeps) {
    this.#deps = deps
  }

  /** True for a stored call that is over. */
  *isOver(callId: string): Work<boolean> {
    const call = yield* this.find(callId)
    return call !== undefined && isOver(call)
  }

  /** Ends all retries: from now on nothing is written. */
  stop() {
    this.#stopped = true
  }

  find(callId: string) {
    return this.#deps.calls.find(callId)
  }

  /** Applies events, and retries until they are stored: a provider may never repeat an event. */
  record(callId: string, ...events: CallEvent[]) {
    return this.changeWithRetry(callId, (call) => events.reduce(advance, call))
  }

  /** `change`, retried until the disk takes it or the process stops. */
  async changeWithRetry(callId: string, alter: Alter): Promise<Call | undefined> {
    for (;;) {
      if (this.#stopped) return undefined
      try {
        return await this.change(callId, alter)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        await new Promise<void>((wake) => this.#deps.clock.after(retryMs, wake))
      }
    }
  }

  /** Applies a pure change in one commit. Resolves to the call as stored; undefined for an unknown id. */
  async change(callId: string, alter: Alter): Promise<Call | undefined> {
    const result = await this.#deps.commit(() => this.within(callId, alter))
    if (result) this.committed(result)
    return result
  }

  /** The same inside the caller's transaction. The caller must call `committed` once it is on disk. */
  *within(callId: string, alter: Alter): Work<Call | undefined> {
    const { enqueueEvents, optedOut, calls, capabilities, clock } = this.#deps
    const call = yield* calls.find(callId)
    // An erased call takes no changes, which would bring personal data back.
    if (!call || isForgotten(call)) return call
    const altered = yield* finish(alter(call))
    if (altered === call) return call
    const next = awaitDetails(altered, capabilities(altered).details, clock.now())
    yield* calls.update(call, next)
    if (next.spendingDay !== null) yield* this.#count(spendingDelta(call, next), next, next.spendingDay)
    if (optedOut && next.optedOut && !call.optedOut) yield* optedOut(next, clock.now())
    yield* enqueueEvents(call, next)
    return next
  }

  *#count(delta: SpendingDelta, call: Call, day: string) {
    const { addSpending, spent } = this.#deps
    if (addSpending) yield* addSpending(call.environmentId, day, delta)
    if (!spent) return
    if (delta.seconds > 0 || Object.values(delta.cents).some((cents) => cents > 0)) yield* spent(call)
  }

  committed(call: Call) {
    const { clock, ended, leases } = this.#deps
    if (holdsSlot(call)) leases.restore(leaseOf(call))
    else if (leases.release(call.id, clock.now()) && call.stillRunningSince === null) ended?.(call)
  }
}
