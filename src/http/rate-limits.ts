import type { Leases } from '../limits/leases.ts'
import type { WindowDecision } from '../limits/window.ts'

interface RateLimitNeeds {
  leases: Leases
  requestsPerMinute: number
  windowSeconds: number
  concurrentCalls: number
}

export interface RateLimits {
  /** Writes `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11) as things stand now. */
  announce(
    headers: Record<string, string | number | string[]>,
    environmentId: string,
    window: WindowDecision,
  ): void
}

export const createRateLimits = ({
  leases,
  requestsPerMinute,
  windowSeconds,
  concurrentCalls,
}: RateLimitNeeds): RateLimits => {
  const policy = `"permin";q=${requestsPerMinute};w=${windowSeconds}, "inflight";q=${concurrentCalls};qu="concurrent-requests"`
  return {
    announce: (headers, environmentId, { remaining, resetSeconds }) => {
      const slots = Math.max(0, concurrentCalls - leases.count(environmentId))
      headers['ratelimit-policy'] = policy
      headers.ratelimit = `"permin";r=${remaining};t=${resetSeconds}, "inflight";r=${slots}`
    },
  }
}
