import { and, eq, inArray, isNotNull, isNull, notExists, or, type SQL } from 'drizzle-orm'
import type { Database } from './database.ts'
import { remove, type Step } from './old-rows.ts'
import {
  agencies,
  alertMarks,
  alerts,
  calls,
  deliveries,
  dialled,
  doNotCall,
  environments,
  idempotencyKeys,
  policies,
  providerAccounts,
  refusals,
  spending,
  usage,
} from './schema.ts'
import { type Work, wait } from '../work.ts'

/**
 * Removes the data of deleted agencies. The rows of an agency, its environments and its agents stay, cleared: the audit
 * needs the name, revisions are counted over the environments, and finding out that no call refers to an agent would
 * mean reading all calls.
 */
export const createDeletedAgencies = (database: Database, accounts: { remove(id: string): Work<void> }) => {
  const { orm } = database
  const deleted = orm.select({ id: agencies.id }).from(agencies).where(isNotNull(agencies.deletedAt))
  const theirs = orm
    .select({ id: environments.id })
    .from(environments)
    .where(inArray(environments.agencyId, deleted))

  /** In this order, because the first refer to calls. */
  const heavy: [table: Parameters<typeof remove>[1], which: SQL | undefined][] = [
    [deliveries, inArray(deliveries.environmentId, theirs)],
    [idempotencyKeys, inArray(idempotencyKeys.environmentId, theirs)],
    [alerts, inArray(alerts.agencyId, deleted)],
    [alertMarks, or(inArray(alertMarks.ownerId, deleted), inArray(alertMarks.ownerId, theirs))],
    [usage, inArray(usage.environmentId, theirs)],
    [refusals, inArray(refusals.environmentId, theirs)],
    [policies, or(inArray(policies.ownerId, deleted), inArray(policies.ownerId, theirs))],
    [spending, inArray(spending.environmentId, theirs)],
    [dialled, inArray(dialled.agencyId, deleted)],
    [doNotCall, inArray(doNotCall.ownerId, deleted)],
    [
      calls,
      and(inArray(calls.environmentId, theirs), isNotNull(calls.endedAt), eq(calls.hangUpPending, false)),
    ],
  ]

  /** Without calls, no provider has to hang up any more. */
  const withoutCalls = (state: SQL) =>
    notExists(
      orm
        .select({ id: calls.id })
        .from(calls)
        .innerJoin(environments, eq(environments.id, calls.environmentId))
        .where(and(eq(environments.agencyId, providerAccounts.agencyId), state)),
    )
  const accountsWithoutCalls = () =>
    wait(
      orm
        .select({ id: providerAccounts.id })
        .from(providerAccounts)
        .where(
          and(
            inArray(providerAccounts.agencyId, deleted),
            withoutCalls(isNull(calls.endedAt)),
            withoutCalls(isNotNull(calls.endedAt)),
          ),
        )
        .all(),
    )

  return {
    /** Removes at most `limit` rows. Calls whose provider has not hung up wait for a later round. */
    *purge(limit: number): Work<Step> {
      for (const [table, which] of heavy) {
        const removed = yield* remove(database, table, which, limit)
        if (removed > 0) return { removed, isLast: false }
      }
      const left = yield* accountsWithoutCalls()
      for (const { id } of left) yield* accounts.remove(id)
      return { removed: left.length, isLast: true }
    },
  }
}
