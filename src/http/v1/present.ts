import type { z } from 'zod'
import type { Agent } from '../../calls/trigger.ts'
import type { Environment, Key } from '../../keys/keyring.ts'
import type { Limits } from '../../limits/limits.ts'
import type { WindowDecision } from '../../limits/window.ts'
import { iso } from '../../names.ts'
import type { agentList, keyStatus } from './schemas.ts'

export const presentAgents = (
  agents: Agent[],
  { defaultAgentId }: Environment,
): z.infer<typeof agentList>['data'] =>
  agents.map(({ id, name, provider }) => ({
    agent_id: id,
    name,
    provider,
    is_default: id === defaultAgentId,
  }))

export const presentKey = (
  key: Key,
  environment: Environment,
  window: WindowDecision,
  activeCalls: number,
  limits: Limits & { windowSeconds: number },
  now: number,
): z.infer<typeof keyStatus>['data'] => ({
  agency: { id: environment.agencyId, name: environment.agencyName, plan: environment.plan },
  environment: environment.name,
  key: {
    last4: key.last4,
    created_at: iso(key.createdAt),
    age_days: Math.max(0, Math.floor((now - key.createdAt) / 86_400_000)),
  },
  limits: {
    requests: {
      limit: limits.requestsPerMinute,
      window_seconds: limits.windowSeconds,
      remaining: window.remaining,
      reset_seconds: window.resetSeconds,
    },
    concurrent_calls: {
      limit: limits.concurrentCalls,
      active: activeCalls,
      remaining: Math.max(0, limits.concurrentCalls - activeCalls),
    },
  },
})
