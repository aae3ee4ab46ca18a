import type { Clock } from '../clock.ts'
import type { Leases } from '../limits/leases.ts'
import { type Limits, limitsOf, type OwnLimits } from '../limits/limits.ts'
import type { WindowDecision, Windows } from '../limits/window.ts'

interface RateLimitDeps extends Limits {
  leases: Leases
  windows: Windows
  clock: Clock
  windowSeconds: number
}

interface LimitedEnvironment extends OwnLimits {
  id: string
}

export interface RateLimits {
  /** Sets `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11) from the current counters. */
  writeHeaders(
    headers: Record<string, string | number | string[]>,
    environment: LimitedEnvironment,
    window: WindowDecision,
  ): void
  /** The current use of an environment, and its limits. */
  counters(environment: LimitedEnvironment): Counters
}

export interface Counters {
  /** Requests granted in the window. */
  requests: number
  requestLimit: number
  calls: number
  callLimit: number
}

/** Bounds the cache; policies beyond it are formatted for each response. */
const keptPolicies = 1000

export const createRateLimits = (deps: RateLimitDeps): RateLimits => {
  const { clock, leases, windows, windowSeconds } = deps
  const policies = new Map<number, string>()

  /** Cache of formatted policies. Limits are at most a million, so one number can hold a pair of them. */
  const policyOf = (requests: number, calls: number) => {
    const pair = requests * 10_000_000 + calls
    const known = policies.get(pair)
    if (known !== undefined) return known
    const policy = `"permin";q=${requests};w=${windowSeconds}, "inflight";q=${calls};qu="concurrent-requests"`
    if (policies.size < keptPolicies) policies.set(pair, policy)
    return policy
  }

  return {
    writeHeaders: (headers, environment, { remaining, resetSeconds }) => {
      const requests = environment.requestsPerMinute ?? deps.requestsPerMinute
      const calls = environment.concurrentCalls ?? deps.concurrentCalls
      const slots = Math.max(0, calls - leases.count(environment.id))
      headers['ratelimit-policy'] = policyOf(requests, calls)
      headers.ratelimit = `"permin";r=${remaining};t=${resetSeconds}, "inflight";r=${slots}`
    },
    counters: (environment) => {
      const { requestsPerMinute, concurrentCalls } = limitsOf(environment, deps)
      return {
        requests: windows.count(environment.id, clock.monotonic()),
        requestLimit: requestsPerMinute,
        calls: leases.count(environment.id),
        callLimit: concurrentCalls,
      }
    },
  }
}
