import type { Clock } from '../clock.ts'
import { advance } from './advance.ts'
import { type Call, isOver } from './call.ts'
import type { Lifecycle } from './lifecycle.ts'

interface ReleaseDeps {
  lifecycle: Lifecycle
  /** Makes the provider hang up a call that is over for us, and goes on trying. */
  hangUp(call: Call): void
  clock: Clock
}

/**
 * Gives a call's slot back at once, whatever its provider says, and resolves to the call, which has then failed. The
 * provider is still made to hang up, after it. `alongside` is written in the same commit; a call that is over already is
 * left as it is, and then nothing is written. Fails with `storage_unavailable`.
 */
export const createRelease =
  ({ lifecycle, hangUp, clock }: ReleaseDeps) =>
  async (call: Call, alongside: () => void): Promise<Call> => {
    const now = clock.now()
    const over = await lifecycle.change(call.id, (before) => {
      if (isOver(before)) return before
      alongside()
      return afterRelease(before, releasedByHand, now)
    })
    if (over?.hangUpPending) hangUp(over)
    return over ?? call
  }

const releasedByHand =
  'Released by hand: the slot was given back, whatever became of the call at its provider.'

/** The call as it is over for us. Whatever was ordered is to be hung up. */
const afterRelease = (call: Call, reason: string, at: number): Call => ({
  ...advance(call, { type: 'ended', at, status: 'failed', code: 'released', reason }),
  hangUpPending: call.dispatch !== 'pending',
})

interface EndCallsDeps extends ReleaseDeps {
  calls: { activeIn(environmentId: string): Call[] }
}

/** Ends all calls of environments at once, in a transaction of somebody else. */
export const createEndCalls = ({ lifecycle, calls, hangUp, clock }: EndCallsDeps) => ({
  /** Inside the transaction: gives the calls that it ended. */
  within: (environmentIds: string[], reason: string): Call[] =>
    environmentIds
      .flatMap((id) => calls.activeIn(id))
      .map(({ id }) => lifecycle.within(id, (call) => afterRelease(call, reason, clock.now())))
      .filter((call) => call !== undefined),

  /** Once it is on disk: gives the slots back, and makes the providers hang up. */
  committed: (ended: Call[]) => {
    for (const call of ended) {
      lifecycle.committed(call)
      if (call.hangUpPending) hangUp(call)
    }
  },
})
