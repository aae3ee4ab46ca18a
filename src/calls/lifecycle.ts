import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import type { Leases } from '../limits/leases.ts'
import { advance } from './advance.ts'
import { type Call, type CallEvent, isForgotten, isOver } from './call.ts'
import type { Commit } from '../commit.ts'
import { awaitDetails } from './details.ts'
import type { Capabilities } from './provider.ts'

interface LifecycleStore {
  find(id: string): Call | undefined
  /** Writes what is different in the call after a change. */
  update(before: Call, after: Call): void
}

interface LifecycleDeps {
  calls: LifecycleStore
  leases: Leases
  capabilities(call: Call): Capabilities
  commit: Commit
  clock: Clock
  /** Writes down, in the same commit, what others have to be told of a change. */
  enqueueEvents(before: Call, after: Call): void
  /** Is told once of each call that is over, when that is on disk. */
  ended?(call: Call): void
}

/** How long to wait before a change that the disk did not take is tried again. */
const retryMs = 1000

/**
 * Changes a call through its one door: read, change and save in one commit, and the lease goes with the end. Whoever ended
 * it, a call of which its provider has more to tell is then asked about for a while.
 */
export class Lifecycle {
  readonly #deps: LifecycleDeps
  #stopped = false

  constructor(deps: LifecycleDeps) {
    this.#deps = deps
  }

  /** From now on nothing is written. */
  stop() {
    this.#stopped = true
  }

  find(callId: string) {
    return this.#deps.calls.find(callId)
  }

  /** Carries events into the call, and insists: what a provider told once may never be told again. */
  record(callId: string, ...events: CallEvent[]) {
    return this.changeWithRetry(callId, (call) => events.reduce(advance, call))
  }

  /** `change`, tried again until the disk takes it, or the process stops. */
  async changeWithRetry(callId: string, alter: (call: Call) => Call): Promise<Call | undefined> {
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

  /** Applies a pure change in one commit. Resolves to the call as it then is on disk, undefined when there is none. */
  async change(callId: string, alter: (call: Call) => Call): Promise<Call | undefined> {
    const result = await this.#deps.commit(() => this.within(callId, alter))
    if (result) this.committed(result)
    return result
  }

  /** The same inside a transaction of somebody else, who says by `committed` that it is on disk. */
  within(callId: string, alter: (call: Call) => Call): Call | undefined {
    const { enqueueEvents, calls, capabilities, clock } = this.#deps
    const call = calls.find(callId)
    // Whatever was asked or heard in the meantime would be about the person again.
    if (!call || isForgotten(call)) return call
    const altered = alter(call)
    if (altered === call) return call
    const next = awaitDetails(altered, capabilities(altered).details, clock.now())
    calls.update(call, next)
    enqueueEvents(call, next)
    return next
  }

  committed(call: Call) {
    const { clock, ended, leases } = this.#deps
    if (isOver(call) && leases.release(call.id, clock.now())) ended?.(call)
  }
}
