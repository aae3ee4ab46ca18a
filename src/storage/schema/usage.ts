import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { environments, keys } from './agencies.ts'

/** How often what came of requests, by minute and by hour. Collected in memory, added here once a minute. */
export const usage = sqliteTable(
  'usage',
  {
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    span: text({ enum: ['minute', 'hour'] }).notNull(),
    startAt: integer('start_at').notNull(),
    /** `granted`, the code of a refusal, or `peak_calls`: the most calls at once. */
    outcome: text().notNull(),
    count: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.span, table.startAt, table.outcome] }),
    index('usage_age').on(table.span, table.startAt),
  ],
)

/**
 * The journal of the windows, so that no start begins with empty ones: a row for each second in which something was granted,
 * until that has left the windows. The newest row says how far they go.
 */
export const windowGrants = sqliteTable('window_grants', {
  id: integer().primaryKey(),
  writtenAt: integer('written_at').notNull(),
  /** By environment: milliseconds before `writtenAt` and how many grants there were then, in turn. */
  grants: text({ mode: 'json' }).$type<Record<string, number[]>>().notNull(),
  /** The number of the newest grant, and the newest call, when this was written. */
  lastGrant: integer('last_grant').notNull(),
  lastCallId: text('last_call_id'),
})

/** Who has used a key: an address and the name that its program gives itself. */
export const keyClients = sqliteTable(
  'key_clients',
  {
    keyId: text('key_id')
      .notNull()
      .references(() => keys.id),
    address: text().notNull(),
    client: text().notNull(),
    requests: integer().notNull(),
    /** How many of them came after the key had been replaced. */
    afterRotation: integer('after_rotation').notNull().default(0),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.keyId, table.address, table.client] }),
    index('key_clients_age').on(table.lastSeenAt),
  ],
)

/** The last requests of an environment that were refused, with the counters as they stood. */
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
    /** Requests granted in the window, and calls at once, each with its limit. */
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
