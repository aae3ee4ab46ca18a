import { asc, eq, gt, lte, or, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { calls, windowGrants } from './schema.ts'
import { wait } from '../work.ts'

type Entry = Pick<typeof windowGrants.$inferSelect, 'writtenAt' | 'grants' | 'lastGrant'>

interface StoredCall {
  environmentId: string
  createdAt: number
  grantNumber: number | null
}

/** The journal of the windows, and the calls stored after its entries. */
export const createWindowGrants = (database: Database) => {
  const { orm, sqlite } = database

  /**
   * The calls after a given one, newest first, until one is too old: needs no index, and reads no more rows than
   * necessary.
   */
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
    /** The newest entry with the earlier ones of that time, and the calls since then that no entry covers. */
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

    /** Adds an entry and removes those written by `removeUntil`. */
    append: (entry: Entry, removeUntil: number) =>
      database.transaction(function* () {
        yield* wait(orm.delete(windowGrants).where(lte(windowGrants.writtenAt, removeUntil)).run())
        const lastCallId = sql`(select id from ${calls} order by rowid desc limit 1)`
        yield* wait(
          orm
            .insert(windowGrants)
            .values({ ...entry, lastCallId })
            .run(),
        )
      }),
  }
}
