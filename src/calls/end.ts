import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import type { Provider } from './provider.ts'
import { advance } from './advance.ts'
import { type Call, type CallEvent, isOver } from './call.ts'
import type { Dispatcher } from './dispatch.ts'
import type { Lifecycle } from './lifecycle.ts'

interface EndDeps {
  lifecycle: Lifecycle
  dispatcher: Pick<Dispatcher, 'settled'>
  provider(call: Call): Provider
  clock: Clock
}

interface EndOptions {
  /** Throws where whoever asked is gone: nothing is changed for them then. Runs inside the first commit. */
  confirm?: () => void
  /** Writes what belongs into the commit that ends the call. */
  alongside?: () => void
}

/**
 * Ends a call on request and resolves to it as it then is; ending a call that is over changes nothing. An order not yet
 * sent is canceled; one on its way is waited for, because only what the provider knows can be hung up. Fails with `provider_unavailable`.
 */
export const createEnd =
  ({ lifecycle, dispatcher, provider, clock }: EndDeps) =>
  async (call: Call, { confirm, alongside }: EndOptions = {}): Promise<Call> => {
    const now = clock.now()
    const over = (before: Call) => {
      // Somebody else's request ended it meanwhile, and has written what belongs to that.
      if (before.reasonCode !== 'ended_on_request') alongside?.()
      return advance(before, endedOnRequest(before, now))
    }
    const unsent = await lifecycle.change(call.id, (before) => {
      confirm?.()
      return before.dispatch === 'pending' && !isOver(before) ? over(before) : before
    })
    if (!unsent || isOver(unsent)) return unsent ?? call
    await dispatcher.settled(call.id)
    const placed = lifecycle.find(call.id) ?? call
    if (isOver(placed)) return placed
    // An order of unknown fate may still arrive: that a provider does not know it would be no proof.
    if (placed.dispatch !== 'placed') throw new ApiError('provider_unavailable')
    try {
      await provider(placed).end(placed)
    } catch (error) {
      const meanwhile = lifecycle.find(call.id)
      if (meanwhile && isOver(meanwhile)) return meanwhile
      throw new ApiError('provider_unavailable', { cause: error })
    }
    return (await lifecycle.changeWithRetry(call.id, over)) ?? placed
  }

const endedOnRequest = (call: Call, at: number): CallEvent => ({
  type: 'ended',
  at,
  status: call.answeredAt === null ? 'canceled' : 'completed',
  code: 'ended_on_request',
  reason: 'Ended on request.',
})
