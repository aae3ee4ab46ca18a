import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { deliveryStates } from '../../webhooks/delivery.ts'
import { eventNames } from '../../webhooks/event.ts'
import { environments } from './agencies.ts'
import { calls } from './calls.ts'

/** Where an environment's events are sent: one endpoint each. */
export const webhooks = sqliteTable('webhooks', {
  environmentId: text('environment_id')
    .primaryKey()
    .references(() => environments.id),
  url: text().notNull(),
  enabled: integer({ mode: 'boolean' }).notNull().default(true),
  /** Why it was switched off, where nobody did it by hand. */
  offReason: text('off_reason'),
  /** Its signing secret, sealed by the vault. */
  sealed: text().notNull(),
  hint: text().notNull(),
  /** The secret before it, which signs as well until `previousUntil`. */
  previousSealed: text('previous_sealed'),
  previousUntil: integer('previous_until'),
  savedAt: integer('saved_at').notNull(),
})

/** The outbox: what has to be told to an endpoint, and how far that has come. */
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
    /** When the next attempt is due, while it is pending. */
    nextAt: integer('next_at').notNull(),
    /** Of the last attempt. */
    attemptedAt: integer('attempted_at'),
    lastStatus: integer('last_status'),
    lastAnswer: text('last_answer'),
    lastError: text('last_error'),
    lastTookMs: integer('last_took_ms'),
  },
  (table) => [
    index('deliveries_environment').on(table.environmentId, table.id),
    /** What is due, by endpoint; and the oldest, for whoever asks every few seconds. */
    index('deliveries_pending')
      .on(table.environmentId, table.nextAt, table.createdAt)
      .where(sql`state = 'pending'`),
    index('deliveries_dead')
      .on(table.environmentId)
      .where(sql`state = 'dead'`),
    /** Those that are done with, by their age. */
    index('deliveries_done')
      .on(table.createdAt)
      .where(sql`state <> 'pending'`),
    index('deliveries_call').on(table.callId),
  ],
)
