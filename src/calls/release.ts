import type { Clock } from '../clock.ts'
import { advance, type Call, type CallEvent, isOver } from './call.ts'
import type { Lifecycle } from './lifecycle.ts'

interface ReleaseNeeds {
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
  ({ lifecycle, hangUp, clock }: ReleaseNeeds) =>
  async (call: Call, alongside: () => void): Promise<Call> => {
    const now = clock.now()
    const over = await lifecycle.change(call.id, (before) => {
      if (isOver(before)) return before
      alongside()
      return { ...advance(before, releasedAt(now)), hangUpDue: before.dispatch !== 'pending' }
    })
    if (over?.hangUpDue) hangUp(over)
    return over ?? call
  }

const releasedAt = (at: number): CallEvent => ({
  type: 'ended',
  at,
  status: 'failed',
  code: 'released',
  reason: 'Released by hand: the slot was given back, whatever became of the call at its provider.',
})
