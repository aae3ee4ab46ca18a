import { Elysia } from 'elysia'
import { ApiError } from '../../failures.ts'
import type { Services } from '../../wiring.ts'
import { readCapped } from '../body.ts'
import { createByteBudget } from '../byte-budget.ts'

/** As much as is read when a provider is asked: above what an hour of transcript, word by word, comes to. */
const bodyLimitBytes = 4 * 1024 * 1024
/** Of all reports that are being read and taken in: a hundred usual ones, or four of the largest. */
const bytesAtOnce = 16 * 1024 * 1024

/** Where providers report. Nothing is believed that the account's provider did not sign just now. */
export const hooks = ({ clock, dialling, log, publicUrl, takeEvents }: Services) => {
  const budget = createByteBudget(bytesAtOnce)
  return new Elysia({ name: 'hooks', prefix: '/hooks' }).post(
    '/:provider/:account',
    async ({ params, request }) => {
      const provider = dialling.account(params.provider, params.account)
      if (!provider) throw new ApiError('not_found', { detail: 'There is no such provider account.' })
      const { pathname, search } = new URL(request.url)
      using share = budget.share()
      const body = await readCapped(request, bodyLimitBytes, share)
      const url = `${publicUrl()}${pathname}${search}`
      const reading = provider.verifyEvents({ headers: request.headers, body, url }, clock.now())
      if (reading.kind !== 'events') {
        log.warn('a hook request was not believed', { account_id: params.account, why: reading.kind })
        throw new ApiError('invalid_signature')
      }
      await takeEvents(params.account, reading.events)
      return { success: true as const }
    },
    { parse: 'none' },
  )
}
