import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import type { Provider } from './provider.ts'
import { advance } from './advance.ts'
import { type Call, type CallEvent, isOver } from './call.ts'
import type { Dispatcher } from './dispatch.ts'
import type { Lifecycle } from './lifecycle.ts'
import { finish, type MaybeWork, run, type Work } from '../work.ts'

interface EndDeps {
  lifecycle: Lifecycle
  dispatcher: Pick<Dispatcher, 'settled'>
  provider(call: Call): Work<Provider>
  clock: Clock
}

interface EndOptions {
  /** Throws when the client has disconnected, and then nothing changes. Runs inside the first commit. */
  confirm?: () => MaybeWork<void>
  /** Writes the audit entry, inside the commit that ends the call. */
  alongside?: () => Work<void>
}

/**
 * Ends a call on request and resolves to it; a call that is over stays as it is. An unsent order is canceled. An order
 * in flight is awaited, because a provider can hang up only a call that it knows. Fails with `provider_unavailable`.
 */
export const createEnd =
  ({ lifecycle, dispatcher, provider, clock }: EndDeps) =>
  async (call: Call, { confirm, alongside }: EndOptions = {}): Promise<Call> => {
    const now = clock.now()
    const over = function* (before: Call) {
      // Another request ended the call in the meantime, and wrote the audit entry.
      if (alongside && before.reasonCode !== 'ended_on_request') yield* alongside()
      return advance(before, endedOnRequest(before, now))
    }
    const unsent = await lifecycle.change(call.id, function* (before) {
      yield* finish(confirm?.())
      return before.dispatch === 'pending' && !isOver(before) ? yield* over(before) : before
    })
    if (!unsent || isOver(unsent)) return unsent ?? call
    await dispatcher.settled(call.id)
    const placed = (await run(lifecycle.find(call.id))) ?? call
    if (isOver(placed)) return placed
    // An order of unknown fate may still arrive: the provider's `not_found` would prove nothing.
    if (placed.dispatch !== 'placed') throw new ApiError('provider_unavailable')
    try {
      await (await run(provider(placed))).end(placed)
    } catch (error) {
      const meanwhile = await run(lifecycle.find(call.id))
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
