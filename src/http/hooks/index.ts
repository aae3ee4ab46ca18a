import { Elysia } from 'elysia'
import type { TakeEvents } from '../../calls/provider-events.ts'
import type { Provider } from '../../calls/provider.ts'
import type { CountDenial } from '../../audit/denials.ts'
import type { Clock } from '../../clock.ts'
import { ApiError } from '../../failures.ts'
import { ByteBudget } from '../../limits/byte-budget.ts'
import type { Config } from '../../config.ts'
import type { Log } from '../../telemetry/log.ts'
import { clientAddress } from '../address.ts'
import { readCapped } from '../body.ts'
import { shareOf } from '../byte-share.ts'
import { createCountWrongSignature } from './wrong-signatures.ts'
import { run, type Work } from '../../work.ts'

interface HooksDeps {
  dialling: {
    /** The connected account; undefined for an unknown one. */
    account(provider: string, accountId: string): Work<Pick<Provider, 'verifyEvents'> | undefined>
  }
  accounts: { find(id: string): Work<{ agencyId: string } | undefined> }
  countDenial: CountDenial
  takeEvents: TakeEvents
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
  config: Pick<Config, 'trustedProxies'>
  clock: Pick<Clock, 'now' | 'monotonic'>
  log: Pick<Log, 'warn'>
}

/** As much as is read when a provider is asked: above what an hour of transcript, word by word, comes to. */
const bodyLimitBytes = 4 * 1024 * 1024
/** Of all reports that are being read and taken in: a hundred usual ones, or four of the largest. */
const bytesAtOnce = 16 * 1024 * 1024

/** Receives the providers' reports. An event counts only when the account's provider signed it recently. */
export const hooks = ({ clock, config, dialling, log, publicUrl, takeEvents, ...deps }: HooksDeps) => {
  const countWrongSignature = createCountWrongSignature(clock)
  const budget = new ByteBudget(bytesAtOnce)

  const countForged = async (provider: string, account: string, address: string | null) =>
    deps.countDenial({
      action: 'hook.rejected',
      actor: { name: `somebody as ${provider}`, address },
      agency: (await run(deps.accounts.find(account)))?.agencyId ?? null,
      target: account,
    })

  return new Elysia({ name: 'hooks', prefix: '/hooks' }).post(
    '/:provider/:account',
    async ({ params, request, server }) => {
      const provider = await run(dialling.account(params.provider, params.account))
      if (!provider) throw new ApiError('not_found', { detail: 'There is no such provider account.' })
      const { pathname, search } = new URL(request.url)
      using share = shareOf(budget)
      const body = await readCapped(request, bodyLimitBytes, share)
      const url = `${publicUrl()}${pathname}${search}`
      const reading = provider.verifyEvents({ headers: request.headers, body, url }, clock.now())
      if (reading.kind !== 'events') {
        log.warn('a hook request was not believed', { account_id: params.account, why: reading.kind })
        const address = clientAddress(request, server, config.trustedProxies)
        await countForged(params.provider, params.account, address)
        throw countWrongSignature(params.account, address) ?? new ApiError('invalid_signature')
      }
      await takeEvents(params.account, reading.events)
      return reading.answer ?? { success: true as const }
    },
    { parse: 'none' },
  )
}
