import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Rules } from '../../policy/rules.ts'
import { environments } from './agencies.ts'

/** The rules of one author at one level. */
export const policies = sqliteTable(
  'policies',
  {
    /** The id of an agency or an environment, or `gate`. */
    ownerId: text('owner_id').notNull(),
    author: text({ enum: ['operator', 'admin'] }).notNull(),
    rules: text({ mode: 'json' }).$type<Rules>().notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.ownerId, table.author] })],
)

/**
 * What the real calls of an environment and a day have used, changed in the commits of those calls. A row without a
 * currency has the calls and their seconds, one with a currency the cost.
 */
export const spending = sqliteTable(
  'spending',
  {
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    /** The agency's local date, as `2026-11-30`. */
    day: text().notNull(),
    currency: text().notNull().default(''),
    calls: integer().notNull().default(0),
    seconds: integer().notNull().default(0),
    /** The longest lengths of the calls under way. */
    reservedSeconds: integer('reserved_seconds').notNull().default(0),
    cents: integer().notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.day, table.currency] }),
    /** The cost of a day in all environments, by this index only. */
    index('spending_day').on(table.day, table.currency, table.cents),
  ],
)

/** The last day's real calls by number, which erasing a person does not take away. */
export const dialled = sqliteTable(
  'dialled',
  {
    callId: text('call_id').primaryKey(),
    agencyId: text('agency_id').notNull(),
    /** Null in rows from before it was kept. */
    environmentId: text('environment_id'),
    /** A keyed hash. */
    number: blob({ mode: 'buffer' }).notNull(),
    at: integer().notNull(),
    /** True where the agency had not called the number for a day. */
    isNew: integer('is_new', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    index('dialled_number').on(table.agencyId, table.number, table.at),
    index('dialled_new')
      .on(table.environmentId, table.at)
      .where(sql`is_new`),
    index('dialled_at').on(table.at),
  ],
)

/** Numbers that must not be called, by an agency or by the whole gate. */
export const doNotCall = sqliteTable(
  'do_not_call',
  {
    /** The id of an agency, or `gate`. */
    ownerId: text('owner_id').notNull(),
    /** A keyed hash: the entry outlives the erasure of the person, and tells nobody the number. */
    number: blob({ mode: 'buffer' }).notNull(),
    /** The country code and the last two digits, for people. */
    hint: text().notNull(),
    source: text().notNull(),
    reason: text(),
    addedAt: integer('added_at').notNull(),
    /** From then on it has no effect; null: never. */
    expiresAt: integer('expires_at'),
  },
  (table) => [
    primaryKey({ columns: [table.ownerId, table.number] }),
    // With the number, so that pages have an order where an import gave thousands of entries the same time.
    index('do_not_call_added').on(table.ownerId, table.addedAt, table.number),
    index('do_not_call_expired')
      .on(table.expiresAt)
      .where(sql`expires_at is not null`),
  ],
)

/** Keys that must survive a replacement of the secret, encrypted by the vault. */
export const sealedKeys = sqliteTable('sealed_keys', {
  name: text().primaryKey(),
  sealed: text().notNull(),
})
