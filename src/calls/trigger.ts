import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import type { Environment } from '../keys/keyring.ts'
import type { Leases } from '../limits/leases.ts'
import { type Call, leaseOf, newCall } from './call.ts'
import type { Commit } from '../commit.ts'
import { type CheckPolicy, isReal } from './check-policy.ts'
import { requireConnected } from './connected.ts'
import type { Idempotency } from './idempotency.ts'
import type { TriggerRequest } from './order.ts'
import { type SpendingDelta, spendingDelta } from './spending.ts'
import { run, type Work } from '../work.ts'

export interface Agent {
  id: string
  agencyId: string
  name: string
  provider: string
  /** The provider's id of the agent, and the number to call from. */
  ref: string | null
  fromNumber: string | null
  options: Record<string, unknown> | null
}

/** The call of a trigger; `replayed` when an earlier request with the same Idempotency-Key made it. */
export interface Triggered {
  callId: string
  replayed: boolean
}

interface TriggerOptions {
  /** The request's signal: no call is made when the client disconnects before the commit. */
  signal?: AbortSignal
  /** Uses the simulator, whatever the agent's provider. */
  simulated?: boolean
  /** The number of the window grant that admitted the request. */
  grantNumber?: number
  /** The id of the request. */
  requestId?: string
  /** Writes the audit entry, in the commit of the call. */
  alongside?: (callId: string) => Work<void>
}

interface TriggerDeps {
  agents: { find(id: string): Work<Agent | undefined> }
  calls: { insert(call: Call): Work<void> }
  accounts: { idOf(agencyId: string, provider: string): Work<string | undefined> }
  idempotency: Idempotency
  policy: Pick<CheckPolicy, 'atTrigger' | 'spendingDay'>
  spending: {
    add(environmentId: string, day: string, delta: SpendingDelta): Work<void>
    dial(call: Call): Work<void>
  }
  notice: {
    /** To be called in the transaction that stores a real call. */
    placed(call: Call): Work<void>
    rejected(call: Call): Promise<void>
  }
  leases: Leases
  commit: Commit
  clock: Clock
  /** An agent's options with an order's over them, or why those are refused. */
  optionsOver(
    agent: Agent,
    given: Record<string, unknown>,
  ): { options?: Record<string, unknown> | undefined; problem: string | undefined }
  /** Sends the order later; returns at once. */
  dispatch(call: Call): void
  /** The limit of environments that have none of their own. */
  concurrentCalls: number
  maxCallSeconds: number
}

/**
 * Starts a call: replay, agent, policy, lease, commit, in this order. Resolves once the call is on disk; the order is sent
 * after the response. Fails with `idempotency_mismatch`, `idempotency_in_flight`, `no_agent`, `agent_not_found`,
 * `wrong_agency`, `invalid_body`, the errors of the policy, `concurrency_limited`, `request_aborted` or `storage_unavailable`, and then leaves neither a row nor
 * a lease.
 */
export const createTrigger = (deps: TriggerDeps) => {
  const { idempotency, clock } = deps

  return async (
    environment: Environment,
    request: TriggerRequest,
    key: string | null = null,
    options: TriggerOptions = {},
  ): Promise<Triggered> => {
    if (key === null) return { callId: await start(deps, environment, request, options), replayed: false }
    const now = clock.now()
    const fingerprint = fingerprintOf(request)
    const earlier = await run(idempotency.claim(environment, key, fingerprint, now))
    if (earlier !== undefined) return { callId: earlier, replayed: true }
    const alongside = function* (callId: string) {
      yield* idempotency.put({ environmentId: environment.id, key, fingerprint, callId, createdAt: now })
      if (options.alongside) yield* options.alongside(callId)
    }
    const callId = await idempotency.hold(environment, key, () =>
      start(deps, environment, request, { ...options, alongside }),
    )
    return { callId, replayed: false }
  }
}

const start = async (
  deps: TriggerDeps,
  environment: Environment,
  request: TriggerRequest,
  { simulated = false, alongside, signal, ...admitted }: TriggerOptions,
): Promise<string> => {
  const { call, agent, now, refusal } = await run(prepare(deps, environment, request, simulated, admitted))
  if (refusal) {
    await deps.notice.rejected(call)
    throw refusal
  }
  const slot = deps.leases.take(leaseOf(call), environment.concurrentCalls ?? deps.concurrentCalls)
  if (!slot.granted) throw new ApiError('concurrency_limited', { retryAfterSeconds: slot.retryAfterSeconds })
  try {
    await deps.commit(function* () {
      requireConnected(signal)
      // An agent can be deleted while it has no active call, and this one is not stored yet.
      if (!(yield* deps.agents.find(agent.id))) throw new ApiError('agent_not_found')
      // Counted here again, with the calls that were stored since.
      const refusedSince = yield* deps.policy.atTrigger(call, now)
      if (refusedSince) throw refusedSince
      yield* deps.calls.insert(call)
      if (isReal(call)) yield* count(deps, call)
      if (alongside) yield* alongside(call.id)
    })
  } catch (error) {
    deps.leases.revoke(call.id)
    throw error
  }
  deps.dispatch(call)
  return call.id
}

/** The call of a request, or also why the policy does not let it through. */
const prepare = function* (
  deps: TriggerDeps,
  environment: Environment,
  request: TriggerRequest,
  simulated: boolean,
  admitted: Pick<TriggerOptions, 'grantNumber' | 'requestId'>,
) {
  const agent = yield* chooseAgent(deps, environment, request.agentId)
  const { providerOptions, ...asked } = request
  const options = optionsOf(deps, agent, providerOptions)
  const now = deps.clock.now()
  const order = {
    ...asked,
    id: Bun.randomUUIDv7('hex', now),
    agencyId: environment.agencyId,
    environmentId: environment.id,
    agentId: agent.id,
    ...(yield* dialling(deps, environment, { ...agent, options }, simulated)),
    createdAt: now,
    expiresAt: now + deps.maxCallSeconds * 1000,
  }
  const spendingDay = yield* deps.policy.spendingDay(order, now)
  const call = newCall({ ...order, spendingDay }, admitted)
  return { call, agent, now, refusal: yield* deps.policy.atTrigger(call, now) }
}

/** Counts a real call, in the transaction that stores it. */
const count = function* ({ spending, notice }: Pick<TriggerDeps, 'spending' | 'notice'>, call: Call) {
  yield* spending.dial(call)
  if (call.spendingDay !== null)
    yield* spending.add(call.environmentId, call.spendingDay, spendingDelta(null, call))
  yield* notice.placed(call)
}

/** The provider and the account for this call. */
const dialling = function* (
  { accounts }: Pick<TriggerDeps, 'accounts'>,
  environment: Environment,
  agent: Agent,
  simulated: boolean,
) {
  if (simulated || !environment.dialsReal || agent.provider === 'simulator')
    return { provider: 'simulator', accountId: null, agentRef: null, fromNumber: null, options: null }
  return {
    provider: agent.provider,
    accountId: (yield* accounts.idOf(environment.agencyId, agent.provider)) ?? null,
    agentRef: agent.ref,
    fromNumber: agent.fromNumber,
    options: agent.options,
  }
}

/** The agent's options, and over them the order's. Those are refused as loudly where the simulator plays the call. */
const optionsOf = (
  { optionsOver }: Pick<TriggerDeps, 'optionsOver'>,
  agent: Agent,
  given: Record<string, unknown> | null,
) => {
  if (given === null) return agent.options
  const { options = null, problem } = optionsOver(agent, given)
  if (problem !== undefined)
    throw new ApiError('invalid_body', { detail: problem.replace(/\.$/, ''), param: 'provider_options' })
  return options
}

/** Without its newer fields a request is as it was before there were any: a retry over an update of this program is the same request. */
const fingerprintOf = ({ providerOptions, timeZone, consent, ...request }: TriggerRequest) => {
  const asked = {
    ...request,
    ...(providerOptions !== null && { providerOptions }),
    ...(timeZone !== null && { timeZone }),
    ...(consent !== null && { consent }),
  }
  return new Bun.CryptoHasher('sha256').update(JSON.stringify(asked)).digest('hex')
}

const chooseAgent = function* (
  { agents }: Pick<TriggerDeps, 'agents'>,
  environment: Environment,
  wanted: string | null,
) {
  const id = wanted ?? environment.defaultAgentId
  if (id === null) throw new ApiError('no_agent')
  const agent = yield* agents.find(id)
  if (!agent) throw new ApiError('agent_not_found')
  if (agent.agencyId !== environment.agencyId)
    throw new ApiError('wrong_agency', { detail: 'agent', param: 'agent_id' })
  return agent
}
