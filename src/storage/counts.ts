import { count, isNotNull, isNull, min, or, sql } from 'drizzle-orm'
import type { Call } from '../calls/call.ts'
import type { OwnLimits } from '../limits/limits.ts'
import type { Database } from './database.ts'
import { calls, deliveries, environments, keys } from './schema.ts'
import { type Work, wait } from '../work.ts'

/** Counts for the metrics. Each query uses an index or a small table. */
export const createCounts = ({ orm }: Database) => ({
  /** Active calls by provider and status. */
  activeCalls: (): Work<{ provider: string; status: Call['status']; number: number }[]> =>
    wait(
      orm
        .select({ provider: calls.provider, status: calls.status, number: count() })
        .from(calls)
        .where(isNull(calls.endedAt))
        .groupBy(calls.provider, calls.status)
        .all(),
    ),

  /** The number of pending deliveries, and the time of the oldest. */
  *pendingDeliveries(): Work<{ number: number; oldestAt: number | null }> {
    return (
      (yield* wait(
        orm
          .select({ number: count(), oldestAt: min(deliveries.createdAt) })
          .from(deliveries)
          .where(sql`state = 'pending'`)
          .get(),
      )) ?? { number: 0, oldestAt: null }
    )
  },

  /** The number of live keys, of those created before a time, and the time of the oldest. */
  *liveKeys(before: number): Work<{ number: number; old: number; oldestAt: number | null }> {
    return (
      (yield* wait(
        orm
          .select({
            number: count(),
            old: sql<number>`coalesce(sum(${keys.createdAt} < ${before}), 0)`,
            oldestAt: min(keys.createdAt),
          })
          .from(keys)
          .where(isNull(keys.replacedAt))
          .get(),
      )) ?? { number: 0, old: 0, oldestAt: null }
    )
  },

  /** The environments with limits of their own. */
  *ownLimits(): Work<Map<string, OwnLimits>> {
    return new Map(
      (yield* wait(
        orm
          .select({
            id: environments.id,
            requestsPerMinute: environments.requestsPerMinute,
            concurrentCalls: environments.concurrentCalls,
          })
          .from(environments)
          .where(or(isNotNull(environments.requestsPerMinute), isNotNull(environments.concurrentCalls)))
          .all(),
      )).map(({ id, ...limits }) => [id, limits]),
    )
  },
})
