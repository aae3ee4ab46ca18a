import type { Clock } from '../clock.ts'
import { advance } from './advance.ts'
import type { Call } from './call.ts'
import { withEndCheck } from './end-check.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Capabilities, ProviderIds, ReportedEvent } from './provider.ts'
import { hasIds, isOtherCall, withMissingIds } from './provider-ids.ts'
import { run, type Work } from '../work.ts'

interface ProviderEventsDeps {
  calls: {
    find(id: string): Work<Call | undefined>
    /** The call that an account's provider knows by one of these ids. */
    findAtProvider(accountId: string, ids: ProviderIds): Work<Call | undefined>
  }
  lifecycle: Pick<Lifecycle, 'change'>
  capabilities(call: Call): Pick<Capabilities, 'lookupByCallId'>
  clock: Pick<Clock, 'now'>
  log: { warn(message: string, facts: Record<string, unknown>): void }
}

/** Applies what an account's provider reports, once its signature is checked. Fails with `storage_unavailable`. */
export type TakeEvents = ReturnType<typeof createTakeEvents>

export const createTakeEvents = ({ calls, lifecycle, capabilities, clock, log }: ProviderEventsDeps) => {
  /** Finds the call of an event among the account's own calls, whatever id it names. */
  const findCall = function* (accountId: string, { callId, ...ids }: ReportedEvent): Work<Call | undefined> {
    const named = callId === null ? undefined : yield* calls.find(callId)
    return named?.accountId === accountId ? named : yield* calls.findAtProvider(accountId, ids)
  }

  const take = async (accountId: string, reported: ReportedEvent) => {
    const call = await run(findCall(accountId, reported))
    if (!call) return log.warn('a provider reported an unknown call', { account_id: accountId })
    if (isOtherCall(call, reported))
      return log.warn('a provider reported another call by our id', {
        account_id: accountId,
        call_id: call.id,
      })
    await lifecycle.change(call.id, (before) => {
      const now = clock.now()
      const after = afterEvent(before, reported, now)
      const canBeAsked = hasIds(after) || capabilities(after).lookupByCallId
      return canBeAsked ? withEndCheck(before, after, now) : after
    })
  }

  return async (accountId: string, events: readonly ReportedEvent[]) => {
    for (const reported of events) await take(accountId, reported)
  }
}

/** Applies an event, which can arrive before the response to the order and then brings the provider's ids. */
const afterEvent = (call: Call, reported: ReportedEvent, now: number): Call => {
  const named = withMissingIds(call, reported)
  const placed = named.dispatch === 'unknown' ? { ...named, dispatch: 'placed' as const } : named
  const known = placed.missingSince === null ? placed : { ...placed, missingSince: null }
  const next = advance(known, reported.event)
  return next.lastContactAt < now && next.endedAt === null ? { ...next, lastContactAt: now } : next
}
