import { Elysia } from 'elysia'
import { z } from 'zod'
import type { Agent } from '../../agencies/agent.ts'
import type { Call } from '../../calls/call.ts'
import type { CheckPolicy } from '../../calls/check-policy.ts'
import { requireConnected } from '../../calls/connected.ts'
import type { TriggerRequest } from '../../calls/order.ts'
import { presentCall } from '../../calls/record.ts'
import type { FetchRecording } from '../../calls/recording.ts'
import type { Triggered } from '../../calls/trigger.ts'
import type { Config } from '../../config.ts'
import { ApiError } from '../../failures.ts'
import type { Environment } from '../../keys/keyring.ts'
import { type Limits, limitsOf } from '../../limits/limits.ts'
import { presentPolicy } from '../../policy/record.ts'
import { admission, type AdmissionDeps } from '../admission.ts'
import { cursorAfter } from '../cursor.ts'
import { answerRecording } from '../recording.ts'
import { readQuery, requireNoQuery } from '../query.ts'
import { listQuery } from './list.ts'
import { presentAgents, presentKey } from './present.ts'
import { readIdempotencyKey, readTrigger } from './trigger.ts'
import { run, type Work } from '../../work.ts'

/** Admission gets its two settings from `config`. */
interface V1Deps extends Omit<AdmissionDeps, 'requestsPerMinute' | 'trustedProxies'> {
  agents: { list(agencyId: string): Work<Agent[]> }
  calls: {
    find(id: string): Work<Call | undefined>
    /** An environment's calls, newest first, those with ids below `before`; fewer than `limit` when they are large. */
    page(query: {
      environmentId: string
      status?: Call['status'] | undefined
      phoneNumber?: string | undefined
      agentId?: string | undefined
      /** The span of `createdAt`, without its end. */
      from?: number | undefined
      to?: number | undefined
      before?: string | undefined
      limit: number
    }): Work<{ calls: Call[]; hasMore: boolean }>
  }
  leases: { count(environmentId: string): number }
  trigger(
    environment: Environment,
    order: TriggerRequest,
    idempotencyKey: string | null,
    options: { signal: AbortSignal; grantNumber: number; requestId: string },
  ): Promise<Triggered>
  endCall(call: Call, options: { confirm(): void }): Promise<Call>
  fetchRecording: FetchRecording
  policy: Pick<CheckPolicy, 'policyFor' | 'budgets'>
  config: Limits & Pick<Config, 'windowSeconds' | 'trustedProxies'>
}

const malformedId = 'The call_id in the path is not a UUID. Use the call_id of a trigger’s response.'
const callParams = z.object({ call_id: z.guid(malformedId).toLowerCase() })

/** The API. Bodies are parsed by the handlers, because admission must come before the first byte of a body. */
export const v1 = (deps: V1Deps) => {
  const {
    agents,
    calls,
    clock,
    config,
    endCall,
    fetchRecording,
    leases,
    policy,
    publicUrl,
    rateLimits,
    trigger,
  } = deps

  const ownCall = async (environment: Environment, request: Request, id: string) => {
    requireNoQuery(request)
    const call = await run(calls.find(id))
    if (call && call.agencyId !== environment.agencyId)
      throw new ApiError('wrong_agency', { detail: 'call', param: 'call_id' })
    // `not_found`, as for an id that does not exist: a key sees the calls of its own environment only.
    if (!call || call.environmentId !== environment.id)
      throw new ApiError('not_found', { detail: 'Call not found', param: 'call_id' })
    return call
  }

  const { requestsPerMinute, trustedProxies } = config
  return new Elysia({ name: 'v1', prefix: '/api/v1' })
    .use(admission({ ...deps, requestsPerMinute, trustedProxies }))
    .post(
      '/calls/trigger',
      async ({ environment, window, grantNumber, confirm, request, set }) => {
        requireNoQuery(request)
        const key = readIdempotencyKey(request)
        const order = await readTrigger(request)
        confirm()
        const admitted = { grantNumber, requestId: String(set.headers['x-request-id']) }
        const { signal } = request
        const { callId, replayed } = await trigger(environment, order, key, { signal, ...admitted })
        if (replayed) set.headers['idempotent-replayed'] = 'true'
        rateLimits.writeHeaders(set.headers, environment, window)
        return { success: true as const, call_id: callId, status: 'initiated' as const }
      },
      { parse: 'none' },
    )
    .get('/calls', async ({ environment, request }) => {
      const {
        cursor: before,
        phone_number: phoneNumber,
        agent_id: agentId,
        ...rest
      } = readQuery(request, listQuery)
      const query = { environmentId: environment.id, phoneNumber, agentId, before, ...rest }
      const { calls: page, hasMore } = await run(calls.page(query))
      const last = page.at(-1)
      return {
        success: true as const,
        data: page.map((call) => presentCall(call, environment, publicUrl())),
        next_cursor: hasMore && last ? cursorAfter(last.id) : null,
      }
    })
    .get(
      '/calls/:call_id',
      async ({ environment, params, request }) => ({
        success: true as const,
        data: presentCall(await ownCall(environment, request, params.call_id), environment, publicUrl()),
      }),
      { params: callParams },
    )
    .post(
      '/calls/:call_id/end',
      async ({ environment, window, params, request, set }) => {
        const call = await endCall(await ownCall(environment, request, params.call_id), {
          confirm: () => requireConnected(request.signal),
        })
        rateLimits.writeHeaders(set.headers, environment, window)
        return { success: true as const, data: presentCall(call, environment, publicUrl()) }
      },
      { parse: 'none', params: callParams },
    )
    .get(
      '/calls/:call_id/recording',
      async ({ environment, params, request }) => {
        const call = await ownCall(environment, request, params.call_id)
        return answerRecording(request, await fetchRecording(call, request.headers.get('range')))
      },
      { params: callParams },
    )
    .get('/agents', async ({ environment, request }) => {
      requireNoQuery(request)
      return {
        success: true as const,
        data: presentAgents(await run(agents.list(environment.agencyId)), environment),
      }
    })
    .get('/policy', async ({ environment: { agencyId, id }, request }) => {
      requireNoQuery(request)
      const owners = { agencyId, environmentId: id }
      return {
        success: true as const,
        data: presentPolicy(
          await run(policy.policyFor(owners)),
          await run(policy.budgets(owners, clock.now())),
        ),
      }
    })
    .get('/key', ({ key, environment, request, window }) => {
      requireNoQuery(request)
      const limits = { ...limitsOf(environment, config), windowSeconds: config.windowSeconds }
      const active = leases.count(environment.id)
      return {
        success: true as const,
        data: presentKey(key, environment, window, active, limits, clock.now()),
      }
    })
}
