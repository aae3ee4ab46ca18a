import type { Clock } from '../clock.ts'
import { Failure } from '../failures.ts'
import type { Environment } from '../keys/keyring.ts'
import type { Leases } from '../limits/leases.ts'
import { type Call, type CallOrder, newCall } from './call.ts'
import type { Commit } from './commit.ts'

export interface Agent {
  id: string
  agencyId: string
  name: string
  provider: string
}

export interface TriggerRequest {
  phoneNumber: string
  agentId: string | null
  name: string | null
  email: string | null
  metadata: Record<string, unknown> | null
}

interface TriggerNeeds {
  agents: { find(id: string): Agent | undefined }
  calls: { insert(call: Call): void }
  leases: Leases
  commit: Commit
  clock: Clock
  /** Hands the call to its provider, some time after this returns. */
  dispatch(call: Call): void
  concurrentCalls: number
  maxCallSeconds: number
}

/**
 * Starts a call: agent, lease, commit, in this order. Resolves once the call is on disk; the dispatch follows the answer.
 * Fails with `no_agent`, `agent_not_found`, `wrong_agency`, `concurrency_limited` or `storage_unavailable`, and then
 * leaves neither a row nor a lease behind.
 */
export const createTrigger =
  (needs: TriggerNeeds) =>
  async (environment: Environment, request: TriggerRequest): Promise<Call> => {
    const agent = chooseAgent(needs, environment, request.agentId)
    const now = needs.clock.now()
    const order: CallOrder = {
      ...request,
      id: Bun.randomUUIDv7(),
      agencyId: environment.agencyId,
      environmentId: environment.id,
      agentId: agent.id,
      provider: agent.provider,
      createdAt: now,
      expiresAt: now + needs.maxCallSeconds * 1000,
    }
    const call = newCall(order)
    const lease = {
      callId: call.id,
      environmentId: environment.id,
      takenAt: now,
      expiresAt: call.expiresAt,
    }
    const slot = needs.leases.take(lease, needs.concurrentCalls)
    if (!slot.granted) throw new Failure('concurrency_limited', { retryAfterSeconds: slot.retryAfterSeconds })
    try {
      await needs.commit(() => needs.calls.insert(call))
    } catch (error) {
      needs.leases.revoke(call.id)
      throw error
    }
    needs.dispatch(call)
    return call
  }

const chooseAgent = (
  { agents }: Pick<TriggerNeeds, 'agents'>,
  environment: Environment,
  wanted: string | null,
) => {
  const id = wanted ?? environment.defaultAgentId
  if (id === null) throw new Failure('no_agent')
  const agent = agents.find(id)
  if (!agent) throw new Failure('agent_not_found')
  if (agent.agencyId !== environment.agencyId) throw new Failure('wrong_agency', { detail: 'agent' })
  return agent
}
