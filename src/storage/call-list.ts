import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { type Call, finalStatuses } from '../calls/call.ts'
import type { Database } from './database.ts'
import { calls } from './schema.ts'
import { inTurn, type Work, wait } from '../work.ts'

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

/** Lists of calls. Active ones and those that are over have indices of their own, so each list is of two parts. */
export const createCallList = ({ orm }: Database) => ({
  /**
   * An environment's calls, newest first, those with ids below `before`: ids rise with time. A page ends at `limit`, or
   * where its next call would make it too large.
   */
  *page({ limit, ...query }: PageQuery): Work<CallPage> {
    const sizes = (yield* inTurn(conditions(query), (wanted) =>
      wait(
        orm
          .select({ id: calls.id, bytes: keptBytes })
          .from(calls)
          .where(wanted)
          .orderBy(desc(calls.id))
          .limit(limit + 1)
          .all(),
      ),
    ))
      .flat()
      .toSorted((one, other) => (one.id < other.id ? 1 : -1))
      .slice(0, limit + 1)
    const fitting = firstThatFit(sizes, limit)
    if (fitting.length === 0) return { calls: [], hasMore: false }
    const ids = fitting.map(({ id }) => id)
    const page = yield* wait(
      orm.select().from(calls).where(inArray(calls.id, ids)).orderBy(desc(calls.id)).all(),
    )
    return { calls: page, hasMore: sizes.length > fitting.length }
  },

  /** The number of an environment's calls, counted up to `most`. */
  *count(query: Omit<PageQuery, 'limit' | 'before'>, most: number): Work<number> {
    let sum = 0
    for (const wanted of conditions(query)) {
      const counted = orm
        .select({ one: sql`1`.as('one') })
        .from(calls)
        .where(wanted)
        .limit(most - sum)
        .as('counted')
      const [more] = yield* wait(
        orm
          .select({ calls: sql<number>`count(*)` })
          .from(counted)
          .all(),
      )
      sum += more?.calls ?? 0
    }
    return sum
  },
})
