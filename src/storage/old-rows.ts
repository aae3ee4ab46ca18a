import { and, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from './database.ts'
import { audit, calls, deliveries, idempotencyKeys, keyClients, refusals, usage } from './schema.ts'

/** What one step removed, and whether it was the last one to be taken. */
export interface Step {
  removed: number
  isLast: boolean
}

/** A call, the news of its start and of its end, and its Idempotency-Key. */
const rowsOfCall = 4

/**
 * Removes rows from before a time, by their age and through an index, at most `limit` rows a step. Nothing that is still
 * under way is among them.
 */
export const createOldRows = (database: Database) => {
  const { orm } = database
  /** Behind it are old calls that cannot go yet: they are looked at once a round, not in every step. */
  let reached = { endedAt: -1, rowid: -1 }

  /** The next calls that are over, whether or not they can go. */
  const endedBefore = (before: number, limit: number) =>
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
      .all()

  /** Of these calls, those that wait for nothing: no hanging up, no details, no delivery, no retry of their trigger. */
  const free = (ids: string[], rememberedSince: number) =>
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
      .all()
      .map(({ id }) => id)

  return {
    /** With each call go its deliveries and its Idempotency-Key, unless one of those is still of use. */
    calls: (before: number, limit: number, rememberedSince: number): Step => {
      const looked = endedBefore(before, Math.max(1, Math.floor(limit / rowsOfCall)))
      const last = looked.at(-1)
      reached = last ?? { endedAt: -1, rowid: -1 }
      if (!last) return { removed: 0, isLast: true }
      const ids = free(
        looked.map(({ id }) => id),
        rememberedSince,
      )
      const removed =
        remove(database, deliveries, inArray(deliveries.callId, ids), limit) +
        remove(database, idempotencyKeys, inArray(idempotencyKeys.callId, ids), limit) +
        remove(database, calls, inArray(calls.id, ids), limit)
      return { removed, isLast: false }
    },

    /** What is pending stays, however old. */
    deliveries: (before: number, limit: number) =>
      step(database, deliveries, and(sql`state <> 'pending'`, lt(deliveries.createdAt, before)), limit),

    idempotency: (before: number, limit: number) =>
      step(database, idempotencyKeys, lt(idempotencyKeys.createdAt, before), limit),

    figures: (span: 'minute' | 'hour', before: number, limit: number) =>
      step(database, usage, and(eq(usage.span, span), lt(usage.startAt, before)), limit),

    clients: (before: number, limit: number) =>
      step(database, keyClients, lt(keyClients.lastSeenAt, before), limit),

    refusals: (before: number, limit: number) => step(database, refusals, lt(refusals.at, before), limit),

    audit: (before: number, limit: number) => step(database, audit, lt(audit.at, before), limit),
  }
}

const step = (database: Database, table: SQLiteTable, which: SQL | undefined, limit: number): Step => {
  const removed = remove(database, table, which, limit)
  return { removed, isLast: removed < limit }
}

/** SQLite's own DELETE knows no limit. */
export const remove = (
  { orm }: Database,
  table: SQLiteTable,
  which: SQL | undefined,
  limit: number,
): number => {
  const chosen = orm
    .select({ rowid: sql`rowid` })
    .from(table)
    .where(which)
    .limit(limit)
  const { changes } = orm
    .delete(table)
    .where(sql`rowid in ${chosen}`)
    .run() as unknown as { changes: number }
  return changes
}
