import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { alertChannels } from '../../alerts/channel.ts'
import { type AlertKind, alertKinds } from '../../policy/alert-kinds.ts'
import { deliveryStates } from '../../webhooks/delivery.ts'
import { environments } from './agencies.ts'

const kinds = Object.keys(alertKinds) as [AlertKind, ...AlertKind[]]

/** What operators were told of, and have to acknowledge. */
export const alerts = sqliteTable(
  'alerts',
  {
    /** Ids rise with time. */
    id: text().primaryKey(),
    kind: text({ enum: kinds }).notNull(),
    agencyId: text('agency_id').notNull(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    message: text().notNull(),
    /** How often it was noticed, from `at` until `lastAt`. */
    count: integer().notNull().default(1),
    at: integer().notNull(),
    lastAt: integer('last_at').notNull(),
    /** True where it disabled API access. */
    accessDisabled: integer('access_disabled', { mode: 'boolean' }).notNull(),
    acknowledgedAt: integer('acknowledged_at'),
    /** The name of the actor, as the agency may read it. */
    acknowledgedBy: text('acknowledged_by'),
  },
  (table) => [
    index('alerts_environment').on(table.environmentId, table.kind, table.id),
    index('alerts_agency').on(table.agencyId, table.id),
    index('alerts_age').on(table.at),
    index('alerts_open')
      .on(table.agencyId)
      .where(sql`acknowledged_at is null`),
  ],
)

/** What is noticed once only: a threshold of a budget in a period, a country of an environment. */
export const alertMarks = sqliteTable(
  'alert_marks',
  {
    /** The id of an agency or an environment. */
    ownerId: text('owner_id').notNull(),
    kind: text({ enum: kinds }).notNull(),
    subject: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.kind, table.subject] }),
    index('alert_marks_age').on(table.kind, table.at),
  ],
)

/** The outbox of alerts. */
export const alertDeliveries = sqliteTable(
  'alert_deliveries',
  {
    /** The `webhook-id`. */
    id: text().primaryKey(),
    channel: text({ enum: alertChannels }).notNull(),
    payload: text().notNull(),
    state: text({ enum: deliveryStates }).notNull(),
    attempts: integer().notNull().default(0),
    createdAt: integer('created_at').notNull(),
    /** The time of the next attempt, while pending. */
    nextAt: integer('next_at').notNull(),
    /** The result of the last attempt. */
    attemptedAt: integer('attempted_at'),
    lastStatus: integer('last_status'),
    lastAnswer: text('last_answer'),
    lastError: text('last_error'),
    lastTookMs: integer('last_took_ms'),
  },
  (table) => [
    index('alert_deliveries_pending')
      .on(table.channel, table.nextAt)
      .where(sql`state = 'pending'`),
    index('alert_deliveries_age').on(table.createdAt),
  ],
)
