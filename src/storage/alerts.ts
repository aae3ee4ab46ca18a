import { and, count, desc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm'
import type { Alert, ListedAlert } from '../alerts/alert.ts'
import type { AlertChannel } from '../alerts/channel.ts'
import type { AlertKind } from '../policy/alert-kinds.ts'
import type { Sending } from '../webhooks/delivery.ts'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { createRows } from './rows.ts'
import { agencies, alertDeliveries, alertMarks, alerts, environments } from './schema.ts'
import { type Work, wait } from '../work.ts'

interface AlertQuery {
  /** Left out, those of all agencies. */
  agencyId?: string | undefined
  isOpen?: boolean | undefined
  before?: string | undefined
  limit: number
}

/** What was noticed, and whether somebody has seen it. */
export const createAlertStore = ({ changes, orm }: Database) => {
  const marks = new Cache<true>(changes)

  const listed = () =>
    orm
      .select({ ...getTableColumns(alerts), agencyName: agencies.name, environment: environments.name })
      .from(alerts)
      .innerJoin(environments, eq(environments.id, alerts.environmentId))
      .innerJoin(agencies, eq(agencies.id, alerts.agencyId))

  const which = ({ agencyId, isOpen }: Pick<AlertQuery, 'agencyId' | 'isOpen'>) =>
    and(
      agencyId === undefined ? undefined : eq(alerts.agencyId, agencyId),
      isOpen ? isNull(alerts.acknowledgedAt) : undefined,
    )

  return {
    /** Marks something as noticed, in the caller's transaction. True where it is new. */
    *mark(ownerId: string, kind: AlertKind, subject: string, now: number): Work<boolean> {
      const key = `${ownerId} ${kind} ${subject}`
      if (marks.get(key)) return false
      const row = { ownerId, kind, subject, at: now }
      const made = yield* wait(
        orm.insert(alertMarks).values(row).onConflictDoNothing().returning({ at: alertMarks.at }).get(),
      )
      marks.put(key, true)
      return made !== undefined
    },

    /** The newest alert of a kind in an environment. */
    latest: (environmentId: string, kind: AlertKind): Work<Alert | undefined> =>
      wait(
        orm
          .select()
          .from(alerts)
          .where(and(eq(alerts.environmentId, environmentId), eq(alerts.kind, kind)))
          .orderBy(desc(alerts.id))
          .limit(1)
          .get(),
      ),

    *insert(alert: Alert) {
      return void (yield* wait(orm.insert(alerts).values(alert).run()))
    },

    /** Counts an alert once more. */
    *repeat(id: string, message: string, now: number) {
      yield* wait(
        orm
          .update(alerts)
          .set({ message, lastAt: now, count: sql`${alerts.count} + 1` })
          .where(eq(alerts.id, id))
          .run(),
      )
    },

    find: (id: string): Work<ListedAlert | undefined> => wait(listed().where(eq(alerts.id, id)).get()),

    /** Newest first. */
    list: ({ before, limit, ...query }: AlertQuery): Work<ListedAlert[]> =>
      wait(
        listed()
          .where(and(which(query), before === undefined ? undefined : lt(alerts.id, before)))
          .orderBy(desc(alerts.id))
          .limit(limit)
          .all(),
      ),

    /** The number of alerts that nobody has acknowledged. */
    *openCount(agencyId?: string): Work<number> {
      return (
        (yield* wait(
          orm
            .select({ count: count() })
            .from(alerts)
            .where(which({ agencyId, isOpen: true }))
            .get(),
        ))?.count ?? 0
      )
    },

    /** Acknowledges an alert, or all open ones of an agency or the gate; returns how many. */
    *acknowledge(
      of: { id: string } | { agencyId?: string | undefined },
      by: string,
      now: number,
    ): Work<number> {
      const chosen = 'id' in of ? eq(alerts.id, of.id) : which(of)
      return (yield* wait(
        orm
          .update(alerts)
          .set({ acknowledgedAt: now, acknowledgedBy: by })
          .where(and(chosen, isNull(alerts.acknowledgedAt)))
          .returning({ id: alerts.id })
          .all(),
      )).length
    },
  }
}

export interface AlertDelivery extends Sending {
  channel: AlertChannel
}

/** The outbox of alerts. */
export const createAlertDeliveryStore = (database: Database) => {
  const { orm } = database
  const isPending = sql`state = 'pending'`

  return {
    ...createRows<AlertDelivery>(database, alertDeliveries),

    /** The channels with a due delivery. */
    *channelsDue(now: number): Work<AlertChannel[]> {
      return (yield* wait(
        orm
          .selectDistinct({ channel: alertDeliveries.channel })
          .from(alertDeliveries)
          .where(sql`${isPending} and next_at <= ${now}`)
          .orderBy(alertDeliveries.channel)
          .all(),
      )).map(({ channel }) => channel)
    },

    due: (channel: AlertChannel, now: number, limit: number): Work<AlertDelivery[]> =>
      wait(
        orm
          .select()
          .from(alertDeliveries)
          .where(sql`channel = ${channel} and ${isPending} and next_at <= ${now}`)
          .orderBy(alertDeliveries.nextAt, alertDeliveries.id)
          .limit(limit)
          .all(),
      ),

    /** Ends the pending deliveries of a channel. */
    *giveUp(channel: AlertChannel, reason: string) {
      yield* wait(
        orm
          .update(alertDeliveries)
          .set({ state: 'dead', lastError: reason })
          .where(and(eq(alertDeliveries.channel, channel), isPending))
          .run(),
      )
    },

    /** The newest first. */
    latest: (limit: number): Work<AlertDelivery[]> =>
      wait(orm.select().from(alertDeliveries).orderBy(desc(alertDeliveries.id)).limit(limit).all()),
  }
}
