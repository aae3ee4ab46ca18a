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
  /** Writes `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11) as things stand now. */
  writeHeaders(
    headers: Record<string, string | number | string[]>,
    environment: LimitedEnvironment,
    window: WindowDecision,
  ): void
  /** What an environment has taken this moment, and what it may. */
  counters(environment: LimitedEnvironment): Counters
}

export interface Counters {
  /** Granted in the window. */
  requests: number
  requestLimit: number
  calls: number
  callLimit: number
}

/** Bounds what ever new limits can take; those beyond are written anew each time. */
const keptPolicies = 1000

export const createRateLimits = (deps: RateLimitDeps): RateLimits => {
  const { clock, leases, windows, windowSeconds } = deps
  const policies = new Map<number, string>()

  /** Written once for each pair of limits: limits end at a million, so a number can hold both. */
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
