import { and, eq, gt, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import { type Call, isOver } from '../calls/call.ts'
import type { ProviderIds } from '../calls/provider.ts'
import { createCallList } from './call-list.ts'
import type { Database } from './database.ts'
import { createRows } from './rows.ts'
import { calls } from './schema.ts'
import { inTurn, type Work, wait } from '../work.ts'

const dayMs = 24 * 60 * 60_000

/** A due time later than any pause means that the clock was set back. */
const isDue = (dueAt: typeof calls.detailsDueAt | typeof calls.endCheckDueAt, now: number) =>
  and(isNotNull(dueAt), or(lte(dueAt, now), gt(dueAt, now + dayMs)))

/** A literal, as the index for it has it. */
export const isStillRunning = sql`(still_running_since is not null and still_running_until is null)`

/** A place in the index of active calls. */
interface ActivePlace {
  environmentId: string
  id: string
}

type ActiveRow = ActivePlace & Pick<Call, 'expiresAt' | 'lastContactAt'>

export const createCallStore = (database: Database) => {
  const { orm, sqlite } = database
  const next = sqlite.query<ActiveRow, [string, string, number]>(
    `select environment_id as environmentId, id, expires_at as expiresAt, heard_at as lastContactAt from calls
     where ended_at is null and (environment_id, id) > (?, ?) order by environment_id, id limit ?`,
  )

  return {
    /** Active calls are cached: each changes a few times within about a minute. */
    ...createRows<Call>(database, calls, (call) => !isOver(call)),
    ...createCallList(database),

    /** Finds the call of an account by the provider's id, else by the id of the telephony leg. */
    *findAtProvider(
      accountId: string,
      { providerCallId, telephonyCallId }: ProviderIds,
    ): Work<Call | undefined> {
      const ofAccount = (isIt: SQL) =>
        wait(
          orm
            .select()
            .from(calls)
            .where(and(eq(calls.accountId, accountId), isIt))
            .get(),
        )
      const byOwnId =
        providerCallId === null ? undefined : yield* ofAccount(eq(calls.providerCallId, providerCallId))
      if (byOwnId || !telephonyCallId) return byOwnId
      return yield* ofAccount(eq(calls.telephonyCallId, telephonyCallId))
    },

    /** Calls whose provider has not hung up yet, last tried at `triedBefore` or earlier. */
    hangUpsDue: (now: number, triedBefore: number): Work<Call[]> =>
      wait(
        orm
          .select()
          .from(calls)
          // A last contact in the future means that the clock was set back.
          .where(
            and(sql`hang_up_due`, or(lte(calls.lastContactAt, triedBefore), gt(calls.lastContactAt, now))),
          )
          .all(),
      ),

    /** Calls that are over and whose details are due for a request by `now`, the earliest first. */
    detailsDue: (now: number, limit: number): Work<Call[]> =>
      wait(
        orm
          .select()
          .from(calls)
          // The check of an end brings the details too.
          .where(and(isDue(calls.detailsDueAt, now), isNull(calls.endCheckDueAt)))
          .orderBy(calls.detailsDueAt)
          .limit(limit)
          .all(),
      ),

    /** Calls that hold a lease. */
    *holdingSlots(): Work<Call[]> {
      return [
        ...(yield* wait(orm.select().from(calls).where(isNull(calls.endedAt)).all())),
        ...(yield* wait(orm.select().from(calls).where(isStillRunning).all())),
      ]
    },

    /** True for an agent with an active call. */
    *hasActive(agentId: string): Work<boolean> {
      return (
        (yield* wait(
          orm
            .select({ id: calls.id })
            .from(calls)
            .where(and(isNull(calls.endedAt), eq(calls.agentId, agentId)))
            .limit(1)
            .get(),
        )) !== undefined
      )
    },

    /** An environment's calls that hold a lease, those that are still running first, each oldest first. */
    *holdingSlotsIn(environmentId: string): Work<Call[]> {
      return (yield* inTurn([isStillRunning, isNull(calls.endedAt)], (holds) =>
        wait(
          orm
            .select()
            .from(calls)
            .where(and(holds, eq(calls.environmentId, environmentId)))
            .orderBy(calls.id)
            .all(),
        ),
      )).flat()
    },

    /** Calls whose end is due for a check by `now`, the earliest first. */
    endChecksDue: (now: number, limit: number): Work<Call[]> =>
      wait(
        orm
          .select()
          .from(calls)
          .where(isDue(calls.endCheckDueAt, now))
          .orderBy(calls.endCheckDueAt)
          .limit(limit)
          .all(),
      ),

    /**
     * Looks at the next `limit` active calls after a place, in the order of their index: the ids of those that have expired
     * or were last heard of at `lastContactBefore` or earlier, and the place of the last one; undefined at the end.
     */
    *overdue(now: number, lastContactBefore: number, after: ActivePlace | undefined, limit: number) {
      const rows = yield* wait(next.all(after?.environmentId ?? '', after?.id ?? '', limit))
      const isOverdue = ({ expiresAt, lastContactAt }: ActiveRow) =>
        // A last contact in the future means that the clock was set back: the call must not count as silent until then.
        expiresAt <= now || lastContactAt <= lastContactBefore || lastContactAt > now
      return {
        ids: rows.filter(isOverdue).map(({ id }) => id),
        next: rows.length < limit ? undefined : rows.at(-1),
      }
    },
  }
}
