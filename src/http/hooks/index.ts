import { Elysia } from 'elysia'
import { advance, type Call } from '../../calls/call.ts'
import { ApiError } from '../../failures.ts'
import { isOtherCall } from '../../providers/call-id.ts'
import type { ReportedEvent } from '../../calls/provider.ts'
import type { Services } from '../../wiring.ts'
import { readCapped } from '../body.ts'

const bodyLimitBytes = 64 * 1024

/** Where providers report. Nothing is believed that the account's provider did not sign just now. */
export const hooks = ({ calls, clock, dialling, lifecycle, log, publicUrl }: Services) => {
  /** An account's provider speaks for that account's calls alone, whatever id it names. */
  const findCall = (accountId: string, { callId, providerCallId }: ReportedEvent): Call | undefined => {
    const named = callId === null ? undefined : calls.find(callId)
    if (named?.accountId === accountId) return named
    return providerCallId === null ? undefined : calls.findAtProvider(accountId, providerCallId)
  }

  const take = async (accountId: string, reported: ReportedEvent) => {
    const call = findCall(accountId, reported)
    if (!call) return log.warn('a provider reported an unknown call', { account_id: accountId })
    if (isOtherCall(call.providerCallId, reported.providerCallId))
      return log.warn('a provider reported another call by our id', {
        account_id: accountId,
        call_id: call.id,
      })
    await lifecycle.change(call.id, (before) => afterEvent(before, reported, clock.now()))
  }

  return new Elysia({ name: 'hooks', prefix: '/hooks' }).post(
    '/:provider/:account',
    async ({ params, request }) => {
      const provider = dialling.account(params.provider, params.account)
      if (!provider) throw new ApiError('not_found', { detail: 'There is no such provider account.' })
      const { pathname, search } = new URL(request.url)
      const body = await readCapped(request, bodyLimitBytes)
      const url = `${publicUrl()}${pathname}${search}`
      const reading = provider.verifyEvents({ headers: request.headers, body, url }, clock.now())
      if (reading.kind !== 'events') {
        log.warn('a hook request was not believed', { account_id: params.account, why: reading.kind })
        throw new ApiError('invalid_signature')
      }
      for (const reported of reading.events) await take(params.account, reported)
      return reading.answer ?? { success: true as const }
    },
    { parse: 'none' },
  )
}

/** News may come before the answer to the order, and then brings the provider's id along. */
const afterEvent = (call: Call, { providerCallId, event }: ReportedEvent, now: number): Call => {
  const named = call.providerCallId === null && providerCallId !== null ? { ...call, providerCallId } : call
  const placed = named.dispatch === 'unknown' ? { ...named, dispatch: 'placed' as const } : named
  const known = placed.missingSince === null ? placed : { ...placed, missingSince: null }
  const next = advance(known, event)
  return next.lastContactAt < now && next.endedAt === null ? { ...next, lastContactAt: now } : next
}
