import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { deliveryStates } from '../../webhooks/delivery.ts'
import { eventNames } from '../../webhooks/event.ts'
import { environments } from './agencies.ts'
import { calls } from './calls.ts'

/** The webhook endpoints, one per environment. */
export const webhooks = sqliteTable('webhooks', {
  environmentId: text('environment_id')
    .primaryKey()
    .references(() => environments.id),
  url: text().notNull(),
  enabled: integer({ mode: 'boolean' }).notNull().default(true),
  /** The reason, where callgate switched it off. */
  offReason: text('off_reason'),
  /** The signing secret, encrypted by the vault. */
  sealed: text().notNull(),
  hint: text().notNull(),
  /** The previous secret, which signs as well until `previousUntil`. */
  previousSealed: text('previous_sealed'),
  previousUntil: integer('previous_until'),
  savedAt: integer('saved_at').notNull(),
})

/** The outbox: events and the state of their delivery. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    /** The `webhook-id`: the same in every attempt. Ids rise with time. */
    id: text().primaryKey(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    /** Null for a test. */
    callId: text('call_id').references(() => calls.id),
    event: text({ enum: eventNames }).notNull(),
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
    index('deliveries_environment').on(table.environmentId, table.id),
    /** Due deliveries by endpoint; and the oldest one, for the metrics. */
    index('deliveries_pending')
      .on(table.environmentId, table.nextAt, table.createdAt)
      .where(sql`state = 'pending'`),
    /** Deliveries that failed and are tried again. */
    index('deliveries_failing')
      .on(table.environmentId, table.createdAt)
      .where(sql`state = 'pending' and attempts > 0`),
    index('deliveries_dead')
      .on(table.environmentId, table.id)
      .where(sql`state = 'dead'`),
    /** Finished deliveries by age. */
    index('deliveries_done')
      .on(table.createdAt)
      .where(sql`state <> 'pending'`),
    index('deliveries_call').on(table.callId),
  ],
)

/** The attempts of a delivery before its last one, which is in its own row. */
export const deliveryAttempts = sqliteTable(
  'delivery_attempts',
  {
    id: integer().primaryKey(),
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    at: integer().notNull(),
    status: integer(),
    answer: text(),
    error: text(),
    tookMs: integer('took_ms'),
  },
  (table) => [index('delivery_attempts_delivery').on(table.deliveryId, table.id)],
)
