import { asc, eq, gt, lte, or, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { calls, windowGrants } from './schema.ts'

type Entry = Pick<typeof windowGrants.$inferSelect, 'writtenAt' | 'grants' | 'lastGrant'>

interface StoredCall {
  environmentId: string
  createdAt: number
  grantNumber: number | null
}

/** What windows hold, as their journal writes it, and the calls that came after. */
export const createWindowGrants = (database: Database) => {
  const { orm, sqlite } = database

  /** Those with rows behind a call's, newest first, until one is too old: no index, and no more rows than are needed. */
  const callsAfter = function* (callId: string | null, since: number): Generator<StoredCall> {
    using rows = sqlite.prepare<StoredCall, [string | null]>(
      `select environment_id as environmentId, created_at as createdAt, grant_number as grantNumber from calls
       where rowid > coalesce((select rowid from calls where id = ?), 0) order by rowid desc`,
    )
    for (const call of rows.iterate(callId)) {
      if (call.createdAt <= since) return
      yield call
    }
  }

  return {
    /** The newest entry and what of those before it was written since then; and the calls since then that it cannot know. */
    read: (since: number) => {
      const isNewest = eq(windowGrants.id, sql`(select max(id) from window_grants)`)
      const entries = orm
        .select()
        .from(windowGrants)
        .where(or(gt(windowGrants.writtenAt, since), isNewest))
        .orderBy(asc(windowGrants.id))
        .all()
      return { entries, calls: [...callsAfter(entries.at(-1)?.lastCallId ?? null, since)] }
    },

    /** Adds an entry and removes those that were written by `removeUntil`. */
    append: (entry: Entry, removeUntil: number) =>
      database.transaction(() => {
        orm.delete(windowGrants).where(lte(windowGrants.writtenAt, removeUntil)).run()
        const lastCallId = sql`(select id from ${calls} order by rowid desc limit 1)`
        orm
          .insert(windowGrants)
          .values({ ...entry, lastCallId })
          .run()
      }),
  }
}
