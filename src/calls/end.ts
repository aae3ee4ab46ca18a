import type { Clock } from '../clock.ts'
import { Failure } from '../failures.ts'
import type { Provider } from './provider.ts'
import { advance, type Call, type CallEvent, isOver } from './call.ts'
import { requireConnected } from './connected.ts'
import type { Dispatcher } from './dispatch.ts'
import type { Lifecycle } from './lifecycle.ts'

interface EndNeeds {
  lifecycle: Lifecycle
  dispatcher: Pick<Dispatcher, 'settled'>
  provider(call: Call): Provider
  clock: Clock
}

/**
 * Ends a call on request and resolves to it as it then is; ending a call that is over changes nothing. An order not yet
 * sent is canceled; one on its way is waited for, because only what the provider knows can be hung up. A request that
 * is aborted before the first step changes nothing. Fails with `provider_unavailable` or `request_aborted`.
 */
export const createEnd =
  ({ lifecycle, dispatcher, provider, clock }: EndNeeds) =>
  async (call: Call, signal?: AbortSignal): Promise<Call> => {
    const now = clock.now()
    const unsent = await lifecycle.change(call.id, (before) => {
      requireConnected(signal)
      return before.dispatch === 'pending' ? advance(before, endedOnRequest(before, now)) : before
    })
    if (!unsent || isOver(unsent)) return unsent ?? call
    await dispatcher.settled(call.id)
    const placed = lifecycle.find(call.id) ?? call
    if (isOver(placed)) return placed
    // An order of unknown fate may still arrive: that a provider does not know it would be no proof.
    if (placed.dispatch !== 'placed') throw new Failure('provider_unavailable')
    try {
      await provider(placed).end(placed)
    } catch (error) {
      const meanwhile = lifecycle.find(call.id)
      if (meanwhile && isOver(meanwhile)) return meanwhile
      throw new Failure('provider_unavailable', { cause: error })
    }
    const over = await lifecycle.insist(call.id, (before) => advance(before, endedOnRequest(before, now)))
    return over ?? placed
  }

const endedOnRequest = (call: Call, at: number): CallEvent => ({
  type: 'ended',
  at,
  status: call.answeredAt === null ? 'canceled' : 'completed',
  code: 'ended_on_request',
  reason: 'Ended on request.',
})
