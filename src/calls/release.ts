import type { Clock } from '../clock.ts'
import { advance } from './advance.ts'
import { type Call, holdsSlot, isStillRunning } from './call.ts'
import { releaseStillRunning } from './end-check.ts'
import type { Lifecycle } from './lifecycle.ts'
import { inTurn, type Work } from '../work.ts'

interface ReleaseDeps {
  lifecycle: Lifecycle
  /** Makes the provider hang up a call that is over here, with retries. */
  hangUp(call: Call): void
  clock: Clock
}

/**
 * Releases a call's slot at once, whatever the provider says, and resolves to the call, which has then failed. The
 * provider is made to hang up afterwards. `alongside` runs in the same commit, unless the call was over already. Fails
 * with `storage_unavailable`.
 */
export const createRelease =
  ({ lifecycle, hangUp, clock }: ReleaseDeps) =>
  async (call: Call, alongside: () => Work<void>): Promise<Call> => {
    const now = clock.now()
    const over = await lifecycle.change(call.id, function* (before) {
      if (!holdsSlot(before)) return before
      yield* alongside()
      return afterRelease(before, releasedByHand, now)
    })
    if (over?.hangUpPending) hangUp(over)
    return over ?? call
  }

const releasedByHand = 'The slot was released manually, regardless of the call’s state at its provider.'

/** Ends a call as released, or takes its slot back. The provider has to hang up, unless the order never left. */
const afterRelease = (call: Call, reason: string, at: number): Call =>
  isStillRunning(call)
    ? releaseStillRunning(call, at)
    : {
        ...advance(call, { type: 'ended', at, status: 'failed', code: 'released', reason }),
        hangUpPending: call.dispatch !== 'pending',
      }

interface EndCallsDeps extends ReleaseDeps {
  calls: { holdingSlotsIn(environmentId: string): Work<Call[]> }
}

/** Ends all calls of environments, inside the caller's transaction. */
export const createEndCalls = ({ lifecycle, calls, hangUp, clock }: EndCallsDeps) => ({
  /** To be called inside the transaction; returns the ended calls. */
  *within(environmentIds: string[], reason: string): Work<Call[]> {
    const active = (yield* inTurn(environmentIds, (id) => calls.holdingSlotsIn(id))).flat()
    const ended = yield* inTurn(active, ({ id }) =>
      lifecycle.within(id, (call) => afterRelease(call, reason, clock.now())),
    )
    return ended.filter((call) => call !== undefined)
  },

  /** To be called after the commit: releases the slots, and makes the providers hang up. */
  committed: (ended: Call[]) => {
    for (const call of ended) {
      lifecycle.committed(call)
      if (call.hangUpPending) hangUp(call)
    }
  },
})
