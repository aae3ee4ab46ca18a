import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { environments, keys } from './agencies.ts'

/** Counts of requests by outcome, minute and hour. Collected in memory, added here once a minute. */
export const usage = sqliteTable(
  'usage',
  {
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    span: text({ enum: ['minute', 'hour'] }).notNull(),
    startAt: integer('start_at').notNull(),
    /** `granted`, the code of an error, `peak_calls`: the peak of concurrent calls, or `call:` and what became of calls. */
    outcome: text().notNull(),
    count: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.span, table.startAt, table.outcome] }),
    index('usage_age').on(table.span, table.startAt),
    /** The busiest environments, by this index only. */
    index('usage_calls')
      .on(table.startAt, table.environmentId, table.count)
      .where(sql`outcome = 'call:triggered' and span = 'hour'`),
    /** The calls that a provider refused, which are few. */
    index('usage_refused')
      .on(table.startAt)
      .where(sql`outcome glob 'call:refused *' and span = 'hour'`),
  ],
)

/** The counts of all environments together by the hour, so that the first page reads no row of each. */
export const usageTotals = sqliteTable(
  'usage_totals',
  {
    startAt: integer('start_at').notNull(),
    /** As of `usage`, but `peak_calls_of_all` in place of `peak_calls`: the most calls in progress at once anywhere. */
    outcome: text().notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.startAt, table.outcome] })],
)

/**
 * The journal of the windows, so that a start restores them: a row for each second with a grant, until it has left the
 * windows. The newest row says how far they reach.
 */
export const windowGrants = sqliteTable('window_grants', {
  id: integer().primaryKey(),
  writtenAt: integer('written_at').notNull(),
  /** Per environment, pairs: milliseconds before `writtenAt`, and the number of grants at that time. */
  grants: text({ mode: 'json' }).$type<Record<string, number[]>>().notNull(),
  /** The number of the newest grant and the newest call at that time. */
  lastGrant: integer('last_grant').notNull(),
  lastCallId: text('last_call_id'),
})

/** The clients of a key: address and program name. */
export const keyClients = sqliteTable(
  'key_clients',
  {
    keyId: text('key_id')
      .notNull()
      .references(() => keys.id),
    address: text().notNull(),
    client: text().notNull(),
    requests: integer().notNull(),
    /** The number of these requests after the key was replaced. */
    afterRotation: integer('after_rotation').notNull().default(0),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.keyId, table.address, table.client] }),
    index('key_clients_age').on(table.lastSeenAt),
    /** The clients that still use a replaced key. */
    index('key_clients_left')
      .on(table.lastSeenAt)
      .where(sql`after_rotation > 0`),
  ],
)

/** The last rejected requests of an environment, with the counters at that moment. */
export const refusals = sqliteTable(
  'refusals',
  {
    requestId: text('request_id').primaryKey(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    keyId: text('key_id').notNull(),
    at: integer().notNull(),
    code: text().notNull(),
    route: text().notNull(),
    address: text().notNull(),
    /** Requests in the window and concurrent calls, each with its limit. */
    requests: integer().notNull(),
    requestLimit: integer('request_limit').notNull(),
    calls: integer().notNull(),
    callLimit: integer('call_limit').notNull(),
  },
  (table) => [
    index('refusals_environment').on(table.environmentId, table.at),
    index('refusals_age').on(table.at),
  ],
)
