import { and, eq, sql } from 'drizzle-orm'
import type { IdempotencyRow, IdempotencyStore } from '../calls/idempotency.ts'
import type { Database } from './database.ts'
import { idempotencyKeys } from './schema.ts'
import { type Work, wait } from '../work.ts'

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

  const placing = orm
    .insert(idempotencyKeys)
    .values({
      environmentId: sql.placeholder('environmentId'),
      key: sql.placeholder('key'),
      fingerprint: sql.placeholder('fingerprint'),
      callId: sql.placeholder('callId'),
      createdAt: sql.placeholder('createdAt'),
    })
    .onConflictDoUpdate({
      target: [idempotencyKeys.environmentId, idempotencyKeys.key],
      set: {
        fingerprint: sql`excluded.fingerprint`,
        callId: sql`excluded.call_id`,
        createdAt: sql`excluded.created_at`,
      },
    })
    .prepare()

  return {
    find: (environmentId, key): Work<IdempotencyRow | undefined> => wait(byKey.get({ environmentId, key })),

    *put(row) {
      yield* wait(placing.run({ ...row }))
    },
  }
}
