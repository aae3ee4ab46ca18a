import { Elysia } from 'elysia'
import { advance, type Call } from '../../calls/call.ts'
import type { Lifecycle } from '../../calls/lifecycle.ts'
import type { Clock } from '../../clock.ts'
import { ApiError } from '../../failures.ts'
import { isOtherCall } from '../../providers/call-id.ts'
import type { Provider, ReportedEvent } from '../../calls/provider.ts'
import type { Log } from '../../telemetry/log.ts'
import { readCapped } from '../body.ts'

interface HooksDeps {
  calls: {
    find(id: string): Call | undefined
    findAtProvider(accountId: string, providerCallId: string): Call | undefined
  }
  dialling: {
    /** The connected account; undefined for an unknown one. */
    account(provider: string, accountId: string): Pick<Provider, 'verifyEvents'> | undefined
  }
  lifecycle: Pick<Lifecycle, 'change'>
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}

const bodyLimitBytes = 64 * 1024

/** Receives the providers' reports. An event counts only when the account's provider signed it recently. */
export const hooks = ({ calls, clock, dialling, lifecycle, log, publicUrl }: HooksDeps) => {
  /** Finds the call of an event among the account's own calls, whatever id it names. */
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
      return { success: true as const }
    },
    { parse: 'none' },
  )
}

/** Applies an event, which can arrive before the response to the order and then brings the provider's id. */
const afterEvent = (call: Call, { providerCallId, event }: ReportedEvent, now: number): Call => {
  const named = call.providerCallId === null && providerCallId !== null ? { ...call, providerCallId } : call
  const placed = named.dispatch === 'unknown' ? { ...named, dispatch: 'placed' as const } : named
  const known = placed.missingSince === null ? placed : { ...placed, missingSince: null }
  const next = advance(known, event)
  return next.lastContactAt < now && next.endedAt === null ? { ...next, lastContactAt: now } : next
}
