import { and, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { AuditChain } from './audit-chain.ts'
import type { Database } from './database.ts'
import {
  alertDeliveries,
  alertMarks,
  alerts,
  calls,
  deliveries,
  dialled,
  doNotCall,
  idempotencyKeys,
  keyClients,
  knownAddresses,
  refusals,
  spending,
  usage,
  usageTotals,
} from './schema.ts'
import { type Work, wait } from '../work.ts'

/** The number of rows that a step removed, and whether more remain. */
export interface Step {
  removed: number
  isLast: boolean
}

/** A call, its start and end events, and its Idempotency-Key. */
const rowsOfCall = 4

/** Removes rows before a time, found by an index, at most `limit` rows per step, and only finished ones. */
export const createOldRows = (database: Database, chain: Pick<AuditChain, 'removeBefore'>) => {
  const { orm } = database
  /** The position of the scan: old calls before it cannot be removed yet, and are looked at once per round. */
  let reached = { endedAt: -1, rowid: -1 }

  /** The next ended calls, removable or not. */
  const endedBefore = (before: number, limit: number) =>
    wait(
      orm
        .select({ id: calls.id, endedAt: sql<number>`${calls.endedAt}`, rowid: sql<number>`rowid` })
        .from(calls)
        .where(
          and(
            lt(calls.endedAt, before),
            sql`(${calls.endedAt}, rowid) > (${reached.endedAt}, ${reached.rowid})`,
          ),
        )
        .orderBy(calls.endedAt, sql`rowid`)
        .limit(limit)
        .all(),
    )

  /**
   * The removable ones of these calls: nothing is pending, no hanging up, no details, no delivery, no Idempotency-Key
   * in use.
   */
  const free = function* (ids: string[], rememberedSince: number) {
    return (yield* wait(
      orm
        .select({ id: calls.id })
        .from(calls)
        .where(
          and(
            inArray(calls.id, ids),
            eq(calls.hangUpPending, false),
            isNull(calls.detailsDueAt),
            sql`not exists (select 1 from deliveries where call_id = calls.id and state = 'pending')`,
            sql`not exists (select 1 from idempotency_keys where call_id = calls.id and created_at > ${rememberedSince})`,
          ),
        )
        .all(),
    )).map(({ id }) => id)
  }

  return {
    /** Removes calls with their deliveries and Idempotency-Keys, unless one of those is still needed. */
    *calls(before: number, limit: number, rememberedSince: number): Work<Step> {
      const looked = yield* endedBefore(before, Math.max(1, Math.floor(limit / rowsOfCall)))
      const last = looked.at(-1)
      reached = last ?? { endedAt: -1, rowid: -1 }
      if (!last) return { removed: 0, isLast: true }
      const ids = yield* free(
        looked.map(({ id }) => id),
        rememberedSince,
      )
      const removed =
        (yield* remove(database, deliveries, inArray(deliveries.callId, ids), limit)) +
        (yield* remove(database, idempotencyKeys, inArray(idempotencyKeys.callId, ids), limit)) +
        (yield* remove(database, calls, inArray(calls.id, ids), limit))
      return { removed, isLast: false }
    },

    /** Pending deliveries stay, however old. */
    deliveries: (before: number, limit: number) =>
      step(database, deliveries, and(sql`state <> 'pending'`, lt(deliveries.createdAt, before)), limit),

    idempotency: (before: number, limit: number) =>
      step(database, idempotencyKeys, lt(idempotencyKeys.createdAt, before), limit),

    figures: (span: 'minute' | 'hour', before: number, limit: number) =>
      step(database, usage, and(eq(usage.span, span), lt(usage.startAt, before)), limit),

    totals: (before: number, limit: number) =>
      step(database, usageTotals, lt(usageTotals.startAt, before), limit),

    clients: (before: number, limit: number) =>
      step(database, keyClients, lt(keyClients.lastSeenAt, before), limit),

    refusals: (before: number, limit: number) => step(database, refusals, lt(refusals.at, before), limit),

    knownAddresses: (before: number, limit: number) =>
      step(database, knownAddresses, lt(knownAddresses.lastSeenAt, before), limit),

    /** Entries of do-not-call lists that no longer have an effect. */
    expired: (before: number, limit: number) =>
      step(database, doNotCall, lt(doNotCall.expiresAt, before), limit),

    dialled: (before: number, limit: number) => step(database, dialled, lt(dialled.at, before), limit),

    /** By local dates, of which the last is at most a day ahead of UTC. */
    spending: (before: number, limit: number) =>
      step(database, spending, lt(spending.day, new Date(before).toISOString().slice(0, 10)), limit),

    alerts: (before: number, limit: number) => step(database, alerts, lt(alerts.at, before), limit),

    /** Pending ones stay, however old. */
    alertDeliveries: (before: number, limit: number) =>
      step(
        database,
        alertDeliveries,
        and(sql`state <> 'pending'`, lt(alertDeliveries.createdAt, before)),
        limit,
      ),

    /** Countries stay: a call to one is the first one once. */
    thresholds: (before: number, limit: number) =>
      step(
        database,
        alertMarks,
        and(eq(alertMarks.kind, 'budget_threshold'), lt(alertMarks.at, before)),
        limit,
      ),

    audit: (before: number, limit: number): Work<Step> =>
      database.transaction(function* () {
        const removed = yield* chain.removeBefore(before, limit)
        return { removed, isLast: removed < limit }
      }),
  }
}

const step = function* (
  database: Database,
  table: SQLiteTable,
  which: SQL | undefined,
  limit: number,
): Work<Step> {
  const removed = yield* remove(database, table, which, limit)
  return { removed, isLast: removed < limit }
}

/** A subquery, because SQLite's DELETE is built without LIMIT. */
export const remove = function* (
  { orm }: Database,
  table: SQLiteTable,
  which: SQL | undefined,
  limit: number,
): Work<number> {
  const chosen = orm
    .select({ rowid: sql`rowid` })
    .from(table)
    .where(which)
    .limit(limit)
  const { changes } = (yield* wait(
    orm
      .delete(table)
      .where(sql`rowid in ${chosen}`)
      .run(),
  )) as unknown as { changes: number }
  return changes
}
