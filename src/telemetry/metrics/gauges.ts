import { gauge, type Metric } from './metric.ts'
import type { Work } from '../../work.ts'

interface Limits {
  requestsPerMinute: number
  concurrentCalls: number
}

type Uses = Iterable<[environmentId: string, used: number]>

export interface GaugeDeps {
  leases: { active(): Uses }
  windows: { active(nowMs: number): Uses }
  /** The limits of environments that have none of their own. */
  limits: Limits
  counts: {
    activeCalls(): Work<{ provider: string; status: string; number: number }[]>
    pendingDeliveries(): Work<{ number: number; oldestAt: number | null }>
    liveKeys(before: number): Work<{ number: number; old: number; oldestAt: number | null }>
    ownLimits(): Work<Map<string, { [Name in keyof Limits]: number | null }>>
  }
  /** Keys created before this time are due for rotation now. */
  dueIfMadeBefore(now: number): number
}

/** The gauges, read when they are scraped. */
export const gaugeMetrics = function* (deps: GaugeDeps, now: number, monotonic: number): Work<Metric[]> {
  const { leases, windows, limits, counts } = deps
  const own = yield* counts.ownLimits()
  const limitOf = (id: string, name: keyof Limits) => own.get(id)?.[name] ?? limits[name]
  const requests = summed(windows.active(monotonic), (id) => limitOf(id, 'requestsPerMinute'))
  const calls = summed(leases.active(), (id) => limitOf(id, 'concurrentCalls'))
  const pending = yield* counts.pendingDeliveries()
  const keys = yield* counts.liveKeys(deps.dueIfMadeBefore(now))
  return [
    gauge(
      'callgate_window_requests',
      'Requests in the current window, over all environments.',
      requests.used,
    ),
    gauge(
      'callgate_window_environments',
      'Environments with at least one request in their window.',
      requests.environments,
    ),
    gauge('callgate_window_environments_at_limit', 'Environments whose window is full.', requests.atLimit),
    gauge('callgate_leases_in_use', 'Call slots in use, over all environments.', calls.used),
    gauge(
      'callgate_lease_environments',
      'Environments with at least one call in progress.',
      calls.environments,
    ),
    gauge('callgate_lease_environments_at_limit', 'Environments without a free slot.', calls.atLimit),
    {
      name: 'callgate_calls_active',
      type: 'gauge',
      help: 'Calls in progress, by provider and status.',
      samples: (yield* counts.activeCalls()).map(({ provider, status, number }) => ({
        labels: { provider, status },
        value: number,
      })),
    },
    gauge('callgate_webhook_queue_length', 'Webhook events waiting to be delivered.', pending.number),
    gauge(
      'callgate_webhook_queue_oldest_seconds',
      'Age of the oldest waiting webhook event.',
      ageSeconds(pending.oldestAt, now),
    ),
    gauge('callgate_keys_live', 'Live API keys.', keys.number),
    gauge('callgate_keys_due_for_rotation', 'Live API keys older than 90 days.', keys.old),
    gauge('callgate_key_age_max_seconds', 'Age of the oldest live API key.', ageSeconds(keys.oldestAt, now)),
  ]
}

const summed = (uses: Uses, limitOf: (environmentId: string) => number) => {
  const sum = { used: 0, environments: 0, atLimit: 0 }
  for (const [id, used] of uses) {
    if (used === 0) continue
    sum.used += used
    sum.environments++
    if (used >= limitOf(id)) sum.atLimit++
  }
  return sum
}

const ageSeconds = (since: number | null, now: number) =>
  since === null ? 0 : Math.max(0, (now - since) / 1000)
