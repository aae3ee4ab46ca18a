import { and, eq, lte, sql } from 'drizzle-orm'
import type { IdempotencyRow, IdempotencyStore } from '../calls/idempotency.ts'
import type { Database } from './database.ts'
import { idempotencyKeys } from './schema.ts'

/** How many expired rows one write takes along: more than it adds, few enough to stall nobody. */
const expiredAtOnce = 10

export const createIdempotencyStore = ({ orm }: Database): IdempotencyStore => {
  const byKey = orm
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.environmentId, sql.placeholder('environmentId')),
        eq(idempotencyKeys.key, sql.placeholder('key')),
      ),
    )
    .prepare()

  return {
    find: (environmentId, key): IdempotencyRow | undefined => byKey.get({ environmentId, key }),

    put: (row, expiredBefore) => {
      const expired = orm
        .select({ rowid: sql`rowid` })
        .from(idempotencyKeys)
        .where(lte(idempotencyKeys.createdAt, expiredBefore))
        .limit(expiredAtOnce)
      orm
        .delete(idempotencyKeys)
        .where(sql`rowid in ${expired}`)
        .run()
      const { fingerprint, callId, createdAt } = row
      orm
        .insert(idempotencyKeys)
        .values(row)
        .onConflictDoUpdate({
          target: [idempotencyKeys.environmentId, idempotencyKeys.key],
          set: { fingerprint, callId, createdAt },
        })
        .run()
    },
  }
}
