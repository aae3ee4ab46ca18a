import { and, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { type Call, finalStatuses, isOver } from '../calls/call.ts'
import type { ProviderIds } from '../calls/provider.ts'
import type { Database } from './database.ts'
import { createRows } from './rows.ts'
import { calls } from './schema.ts'

interface PageQuery {
  environmentId: string
  status?: Call['status'] | undefined
  reasonCode?: NonNullable<Call['reasonCode']> | undefined
  phoneNumber?: string | undefined
  agentId?: string | undefined
  /** The span of `createdAt`, without its end. */
  from?: number | undefined
  to?: number | undefined
  before?: string | undefined
  limit: number
}

export interface CallPage {
  calls: Call[]
  /** Whether there are calls before these. */
  hasMore: boolean
}

const isFinal = (status: Call['status']) => finalStatuses.some((final) => final === status)

/** A column for whose conditions SQLite may look for an index, or behind a plus, may not. */
const column = (of: SQLiteColumn, isIndexed: boolean) => (isIndexed ? sql`${of}` : sql`+${of}`)

type Conditions = Omit<PageQuery, 'limit'>

/** The conditions of active calls, which are few and have one index. */
const ofActive = ({ environmentId, status, phoneNumber, agentId, ...span }: Conditions) =>
  and(
    isNull(calls.endedAt),
    eq(calls.environmentId, environmentId),
    given(phoneNumber, (number) => eq(calls.phoneNumber, number)),
    given(agentId, (agent) => eq(calls.agentId, agent)),
    given(status, (one) => eq(calls.status, one)),
    inSpan(span, column(calls.id, true)),
  )

/**
 * The conditions of calls that are over, of which a year has millions. The planner, which has no statistics, would prefer
 * a span of all ids to the calls of one number or one agent.
 */
const ofEnded = ({ environmentId, status, reasonCode, phoneNumber, agentId, ...span }: Conditions) => {
  const isOfNumber = phoneNumber !== undefined
  const isOfReason = !isOfNumber && reasonCode !== undefined
  const isOfAgent = !isOfNumber && !isOfReason && agentId !== undefined
  const isOfStatus = !isOfNumber && !isOfReason && !isOfAgent
  return and(
    isNotNull(calls.endedAt),
    eq(column(calls.environmentId, !isOfAgent), environmentId),
    given(phoneNumber, (number) => eq(calls.phoneNumber, number)),
    given(agentId, (agent) => eq(column(calls.agentId, isOfAgent), agent)),
    given(reasonCode, (code) => eq(column(calls.reasonCode, isOfReason), code)),
    given(status, (one) => eq(column(calls.status, isOfStatus), one)),
    inSpan(span, column(calls.id, !isOfNumber)),
  )
}

/** Active calls have no reason yet, and no status that is final. */
const conditions = (query: Conditions) => [
  ...(query.reasonCode !== undefined || (query.status && isFinal(query.status)) ? [] : [ofActive(query)]),
  ...(query.status && !isFinal(query.status) ? [] : [ofEnded(query)]),
]

const given = <T>(value: T | undefined, condition: (value: T) => SQL | undefined) =>
  value === undefined ? undefined : condition(value)

/** An id begins with the time of its call, so that a span of time is one of ids. */
const inSpan = ({ from, to, before }: Pick<PageQuery, 'from' | 'to' | 'before'>, id: SQL) =>
  and(
    given(from, (time) => and(gte(id, idAt(time)), gte(calls.createdAt, time))),
    given(to, (time) => and(lt(id, idAt(time + idLatenessMs)), lt(calls.createdAt, time))),
    given(before, (other) => lt(id, other)),
  )

/** Earlier versions made the id a moment after `createdAt`. */
const idLatenessMs = 60_000
/** The largest time that an id can hold (48 bits). */
const latestMs = 2 ** 48 - 1

/** The lowest UUIDv7 of a millisecond, as far as its time goes (RFC 9562 §5.7). */
export const idAt = (ms: number) => {
  const digits = Math.max(0, Math.min(ms, latestMs)).toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}`
}

/** The time with which a UUIDv7 begins. */
export const timeOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16)

/** Above what a hundred calls of ten minutes each come to. */
const pageBytes = 2 * 1024 * 1024
/** SQLite knows the length of a text without reading it. */
const keptBytes = sql<number>`1024 + coalesce(octet_length(transcript), 0) + coalesce(octet_length(analysis), 0)
  + coalesce(octet_length(summary), 0) + coalesce(octet_length(metadata), 0)`

/** At least one, and at most `limit`. */
const firstThatFit = <Sized extends { bytes: number }>(rows: readonly Sized[], limit: number): Sized[] => {
  let total = 0
  const end = rows.findIndex(({ bytes }, at) => (total += bytes) > pageBytes && at > 0)
  return rows.slice(0, end === -1 ? limit : Math.min(end, limit))
}

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

    /** Finds the call of an account by the provider's id, else by the id of the telephony leg. */
    findAtProvider: (
      accountId: string,
      { providerCallId, telephonyCallId }: ProviderIds,
    ): Call | undefined => {
      const ofAccount = (isIt: SQL) =>
        orm
          .select()
          .from(calls)
          .where(and(eq(calls.accountId, accountId), isIt))
          .get()
      const byOwnId =
        providerCallId === null ? undefined : ofAccount(eq(calls.providerCallId, providerCallId))
      if (byOwnId || !telephonyCallId) return byOwnId
      return ofAccount(eq(calls.telephonyCallId, telephonyCallId))
    },

    /**
     * An environment's calls, newest first, those with ids below `before`: ids rise with time. A page ends at `limit`, or
     * where its next call would make it too large.
     */
    page: ({ limit, ...query }: PageQuery): CallPage => {
      const sizes = conditions(query)
        .flatMap((wanted) =>
          orm
            .select({ id: calls.id, bytes: keptBytes })
            .from(calls)
            .where(wanted)
            .orderBy(desc(calls.id))
            .limit(limit + 1)
            .all(),
        )
        .toSorted((one, other) => (one.id < other.id ? 1 : -1))
        .slice(0, limit + 1)
      const fitting = firstThatFit(sizes, limit)
      if (fitting.length === 0) return { calls: [], hasMore: false }
      const ids = fitting.map(({ id }) => id)
      const page = orm.select().from(calls).where(inArray(calls.id, ids)).orderBy(desc(calls.id)).all()
      return { calls: page, hasMore: sizes.length > fitting.length }
    },

    /** The number of an environment's calls, counted up to `most`. */
    count: (query: Omit<PageQuery, 'limit' | 'before'>, most: number): number =>
      conditions(query).reduce((sum, wanted) => {
        const counted = orm
          .select({ one: sql`1`.as('one') })
          .from(calls)
          .where(wanted)
          .limit(most - sum)
          .as('counted')
        const [more] = orm
          .select({ calls: sql<number>`count(*)` })
          .from(counted)
          .all()
        return sum + (more?.calls ?? 0)
      }, 0),

    /** Calls whose provider has not hung up yet, last tried at `triedBefore` or earlier. */
    hangUpsDue: (now: number, triedBefore: number): Call[] =>
      orm
        .select()
        .from(calls)
        // A last contact in the future means that the clock was set back.
        .where(and(sql`hang_up_due`, or(lte(calls.lastContactAt, triedBefore), gt(calls.lastContactAt, now))))
        .all(),

    /** Calls that are over and whose details are due for a request by `now`, the earliest first. */
    detailsDue: (now: number, limit: number): Call[] =>
      orm
        .select()
        .from(calls)
        // The check of an end brings the details too.
        .where(and(isDue(calls.detailsDueAt, now), isNull(calls.endCheckDueAt)))
        .orderBy(calls.detailsDueAt)
        .limit(limit)
        .all(),

    /** Calls that hold a lease. */
    holdingSlots: (): Call[] => [
      ...orm.select().from(calls).where(isNull(calls.endedAt)).all(),
      ...orm.select().from(calls).where(isStillRunning).all(),
    ],

    /** True for an agent with an active call. */
    hasActive: (agentId: string): boolean =>
      orm
        .select({ id: calls.id })
        .from(calls)
        .where(and(isNull(calls.endedAt), eq(calls.agentId, agentId)))
        .limit(1)
        .get() !== undefined,

    /** An environment's calls that hold a lease, those that are still running first, each oldest first. */
    holdingSlotsIn: (environmentId: string): Call[] =>
      [isStillRunning, isNull(calls.endedAt)].flatMap((holds) =>
        orm
          .select()
          .from(calls)
          .where(and(holds, eq(calls.environmentId, environmentId)))
          .orderBy(calls.id)
          .all(),
      ),

    /** Calls whose end is due for a check by `now`, the earliest first. */
    endChecksDue: (now: number, limit: number): Call[] =>
      orm
        .select()
        .from(calls)
        .where(isDue(calls.endCheckDueAt, now))
        .orderBy(calls.endCheckDueAt)
        .limit(limit)
        .all(),

    /**
     * Looks at the next `limit` active calls after a place, in the order of their index: the ids of those that have expired
     * or were last heard of at `lastContactBefore` or earlier, and the place of the last one; undefined at the end.
     */
    overdue: (now: number, lastContactBefore: number, after: ActivePlace | undefined, limit: number) => {
      const rows = next.all(after?.environmentId ?? '', after?.id ?? '', limit)
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
