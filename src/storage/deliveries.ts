import { and, desc, eq, getTableColumns, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { type Delivery, lastAttempt, type PastAttempt } from '../webhooks/delivery.ts'
import type { Database } from './database.ts'
import { createRows } from './rows.ts'
import { deliveries, deliveryAttempts } from './schema.ts'
import { type Work, wait } from '../work.ts'

interface PageQuery {
  environmentId: string
  state?: Delivery['state'] | undefined
  before?: string | undefined
  limit: number
}

/** Ten are made before a delivery has failed; more come from replays. */
const attemptsShown = 50

/** A literal, because SQLite cannot use a partial index for a bound value. */
const isPending = sql`state = 'pending'`
const isDead = sql`state = 'dead'`
const inState = { pending: isPending, dead: isDead, delivered: sql`+state = 'delivered'` } as const

/** The outbox: events and the state of their delivery. */
export const createDeliveryStore = (database: Database) => {
  const { orm, sqlite } = database
  /** Skips from endpoint to endpoint by the index, so that a long queue costs no more than a short one. */
  const endpointsDue = sqlite.query<{ id: string }, { now: number }>(`
    with recursive waiting(id) as (
      select min(environment_id) from deliveries where state = 'pending'
      union all
      select (select min(environment_id) from deliveries where state = 'pending' and environment_id > waiting.id)
      from waiting where waiting.id is not null
    )
    select waiting.id as id from waiting join webhooks on webhooks.environment_id = waiting.id and webhooks.enabled
    where exists (
      select 1 from deliveries
      where environment_id = waiting.id and state = 'pending' and next_at <= $now
    )
    order by waiting.id`)

  /** Keeps the order of a call's events: each waits until the one before it is delivered. */
  const due = orm
    .select()
    .from(deliveries)
    .where(
      sql`environment_id = ${sql.placeholder('environmentId')} and state = 'pending'
        and next_at <= ${sql.placeholder('now')}
        and not (event in ('call_ended', 'call_analyzed') and exists (
          select 1 from deliveries earlier where earlier.call_id = deliveries.call_id
          and earlier.id < deliveries.id and earlier.state = 'pending'))`,
    )
    .orderBy(deliveries.nextAt, deliveries.id)
    .limit(sql.placeholder('limit'))
    .prepare()

  const order = sqlite.query<never, { callId: string }>(`
    update deliveries set next_at = earlier.next_at
    from (select max(next_at) as next_at, min(id) as id from deliveries
      where call_id = $callId and state = 'pending') earlier
    where deliveries.call_id = $callId and deliveries.state = 'pending'
    and deliveries.id > earlier.id and earlier.next_at > deliveries.next_at`)

  const rows = createRows<Delivery>(database, deliveries)
  const keepAttempt = function* (deliveryId: string, past: PastAttempt) {
    yield* wait(
      orm
        .insert(deliveryAttempts)
        .values({ deliveryId, ...past })
        .run(),
    )
  }

  return {
    ...rows,

    /** A further attempt takes the place of the last one, which is kept: most deliveries need one, and so one row. */
    *update(before: Delivery, after: Delivery) {
      const past = after.attempts > before.attempts ? lastAttempt(before) : undefined
      if (past) yield* keepAttempt(before.id, past)
      yield* rows.update(before, after)
    },

    /** All attempts of a delivery, those before a replay too, the last one first. */
    *attempts(delivery: Delivery): Work<PastAttempt[]> {
      const { id: _, deliveryId: of, ...columns } = getTableColumns(deliveryAttempts)
      const earlier = yield* wait(
        orm
          .select(columns)
          .from(deliveryAttempts)
          .where(eq(of, delivery.id))
          .orderBy(desc(deliveryAttempts.id))
          .limit(attemptsShown)
          .all(),
      )
      return [...[lastAttempt(delivery) ?? []].flat(), ...earlier]
    },

    /**
     * Postpones what comes later of a call to the next attempt of what came before: for an endpoint that is down for a day, a hundred
     * thousand ends wait, and the query for due deliveries must not scan them all.
     */
    *keepOrder(callId: string | null) {
      if (callId !== null) yield* wait(order.run({ callId }))
    },

    /** The last delivery of a call's end or its analysis. */
    lastOfEnd: (callId: string): Work<Delivery | undefined> =>
      wait(
        orm
          .select()
          .from(deliveries)
          .where(
            and(eq(deliveries.callId, callId), inArray(deliveries.event, ['call_ended', 'call_analyzed'])),
          )
          .orderBy(desc(deliveries.id))
          .limit(1)
          .get(),
      ),

    /** Replaces the payload of an undelivered event; due at `nextAt`, or as before for null. */
    *retell(id: string, payload: string, nextAt: number | null) {
      yield* wait(
        orm
          .update(deliveries)
          .set({ payload, ...(nextAt === null ? {} : { nextAt }) })
          .where(eq(deliveries.id, id))
          .run(),
      )
    },

    /** The environments with an enabled endpoint and a due delivery, in the order of their ids. */
    *endpointsDue(now: number): Work<string[]> {
      return (yield* wait(endpointsDue.all({ now }))).map(({ id }) => id)
    },

    due: (environmentId: string, now: number, limit: number): Work<Delivery[]> =>
      wait(due.all({ environmentId, now, limit })),

    /** An environment's deliveries, newest first, those with ids below `before`: ids rise with time. */
    page: ({ environmentId, state, before, limit }: PageQuery): Work<Delivery[]> =>
      wait(
        orm
          .select()
          .from(deliveries)
          .where(
            and(
              eq(deliveries.environmentId, environmentId),
              before === undefined ? undefined : lt(deliveries.id, before),
              state === undefined ? undefined : inState[state],
            ),
          )
          .orderBy(desc(deliveries.id))
          .limit(limit)
          .all(),
      ),

    ofCall: (callId: string): Work<Delivery[]> =>
      wait(orm.select().from(deliveries).where(eq(deliveries.callId, callId)).orderBy(deliveries.id).all()),

    /** The number of an environment's deliveries by state. */
    *counts(environmentId: string): Work<Record<Delivery['state'], number>> {
      const of = (which: SQL | undefined) =>
        orm.$count(deliveries, and(eq(deliveries.environmentId, environmentId), which))
      // One statement, so that the counts are of one moment.
      const [found] = yield* wait(
        orm
          .select({ all: of(undefined), pending: of(isPending), dead: of(isDead) })
          .from(sql`(select 1)`)
          .all(),
      )
      const { all = 0, pending = 0, dead = 0 } = found ?? {}
      return { pending, delivered: all - pending - dead, dead }
    },

    /** Restarts every dead delivery of an environment; returns their number. */
    *replayDead(environmentId: string, now: number): Work<number> {
      const { changes } = (yield* wait(
        orm
          .update(deliveries)
          .set({ state: 'pending', attempts: 0, nextAt: now })
          .where(and(eq(deliveries.environmentId, environmentId), isDead))
          .run(),
      )) as unknown as { changes: number }
      return changes
    },
  }
}
