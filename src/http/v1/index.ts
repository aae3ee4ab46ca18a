import { Elysia } from 'elysia'
import { z } from 'zod'
import { requireConnected } from '../../calls/connected.ts'
import { presentCall } from '../../calls/record.ts'
import { ApiError } from '../../failures.ts'
import type { Environment } from '../../keys/keyring.ts'
import { limitsOf } from '../../limits/limits.ts'
import type { Services } from '../../wiring.ts'
import { admission } from '../admission.ts'
import { cursorAfter } from '../cursor.ts'
import { readList } from './list.ts'
import { presentAgents, presentKey } from './present.ts'
import { readIdempotencyKey, readTrigger } from './trigger.ts'

const callParams = z.object({ call_id: z.guid().toLowerCase() })

/** The API, route by route. Bodies are read by hand: admission comes before the first byte. */
export const v1 = (services: Services) => {
  const { agents, calls, clock, config, endCall, leases, rateLimits, trigger } = services

  const ownCall = (environment: Environment, id: string) => {
    const call = calls.find(id)
    if (call && call.agencyId !== environment.agencyId) throw new ApiError('wrong_agency', { detail: 'call' })
    // A call of the agency's other environment is as unknown to this key as one that never was.
    if (!call || call.environmentId !== environment.id)
      throw new ApiError('not_found', { detail: 'Call not found' })
    return call
  }

  return new Elysia({ name: 'v1', prefix: '/api/v1' })
    .use(admission({ ...services, ...config }))
    .post(
      '/calls/trigger',
      async ({ environment, window, grantNumber, confirm, request, set }) => {
        const key = readIdempotencyKey(request)
        const order = await readTrigger(request)
        confirm()
        const { signal } = request
        const { callId, replayed } = await trigger(environment, order, key, { signal, grantNumber })
        if (replayed) set.headers['idempotent-replayed'] = 'true'
        rateLimits.writeHeaders(set.headers, environment, window)
        return { success: true as const, call_id: callId, status: 'initiated' as const }
      },
      { parse: 'none' },
    )
    .get('/calls', ({ environment, request }) => {
      const { cursor: before, limit, status } = readList(request)
      const { calls: page, hasMore } = calls.page({ environmentId: environment.id, status, before, limit })
      const last = page.at(-1)
      return {
        success: true as const,
        data: page.map((call) => presentCall(call, environment)),
        next_cursor: hasMore && last ? cursorAfter(last.id) : null,
      }
    })
    .get(
      '/calls/:call_id',
      ({ environment, params }) => ({
        success: true as const,
        data: presentCall(ownCall(environment, params.call_id), environment),
      }),
      { params: callParams },
    )
    .post(
      '/calls/:call_id/end',
      async ({ environment, window, params, request, set }) => {
        const call = await endCall(ownCall(environment, params.call_id), {
          confirm: () => requireConnected(request.signal),
        })
        rateLimits.writeHeaders(set.headers, environment, window)
        return { success: true as const, data: presentCall(call, environment) }
      },
      { parse: 'none', params: callParams },
    )
    .get('/agents', ({ environment }) => ({
      success: true as const,
      data: presentAgents(agents.list(environment.agencyId), environment),
    }))
    .get('/key', ({ key, environment, window }) => {
      const limits = { ...limitsOf(environment, config), windowSeconds: config.windowSeconds }
      const active = leases.count(environment.id)
      return {
        success: true as const,
        data: presentKey(key, environment, window, active, limits, clock.now()),
      }
    })
}
