import type { z } from 'zod'
import type { Call } from '../../calls/call.ts'
import type { Agent } from '../../calls/trigger.ts'
import type { Environment, Key } from '../../keys/keyring.ts'
import type { Limits } from '../../limits/limits.ts'
import type { WindowDecision } from '../../limits/window.ts'
import type { agentList, callRecord, keyStatus } from './schemas.ts'

export const presentCall = (call: Call, environment: Environment): z.infer<typeof callRecord>['data'] => ({
  call_id: call.id,
  status: call.status,
  direction: 'outbound',
  environment: environment.name,
  agent_id: call.agentId,
  provider: call.provider,
  phone_number: call.phoneNumber,
  from_number: call.fromNumber,
  name: call.name,
  email: call.email,
  metadata: call.metadata,
  reason_code: call.reasonCode,
  reason: call.reason,
  created_at: iso(call.createdAt),
  ringing_at: isoOrNull(call.ringingAt),
  started_at: isoOrNull(call.answeredAt),
  ended_at: isoOrNull(call.endedAt),
  duration_seconds: call.durationSeconds,
  summary: call.summary,
  sentiment: call.sentiment,
  transcript: call.transcript,
  recording_url: call.recordingUrl,
  cost_cents: call.costCents,
})

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

const iso = (time: number) => new Date(time).toISOString()
const isoOrNull = (time: number | null) => (time === null ? null : iso(time))
