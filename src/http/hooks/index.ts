import { Elysia } from 'elysia'
import { ApiError } from '../../failures.ts'
import type { Services } from '../../wiring.ts'
import { readCapped } from '../body.ts'

const bodyLimitBytes = 64 * 1024

/** Where providers report. Nothing is believed that the account's provider did not sign just now. */
export const hooks = ({ clock, dialling, log, publicUrl, takeEvents }: Services) =>
  new Elysia({ name: 'hooks', prefix: '/hooks' }).post(
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
      await takeEvents(params.account, reading.events)
      return { success: true as const }
    },
    { parse: 'none' },
  )
