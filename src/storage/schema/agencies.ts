import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { accessDisablers } from '../../agencies/access.ts'
import { environmentNames } from '../../agencies/environment.ts'
import { plans } from '../../agencies/agency.ts'

export const agencies = sqliteTable(
  'agencies',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    plan: text({ enum: plans }).notNull(),
    createdAt: integer('created_at').notNull(),
    suspendedAt: integer('suspended_at'),
    /** A deleted agency keeps its name for the audit, and can be found no other way. */
    deletedAt: integer('deleted_at'),
  },
  (table) => [
    index('agencies_deleted')
      .on(table.deletedAt)
      .where(sql`deleted_at is not null`),
    /** By name for people, who do not care about capitals. */
    index('agencies_name')
      .on(sql`name collate nocase`, table.id)
      .where(sql`deleted_at is null`),
  ],
)

export const environments = sqliteTable(
  'environments',
  {
    id: text().primaryKey(),
    agencyId: text('agency_id')
      .notNull()
      .references(() => agencies.id),
    name: text({ enum: environmentNames }).notNull(),
    /** Null while API access is enabled. */
    accessDisabledBy: text('access_disabled_by', { enum: accessDisablers }),
    defaultAgentId: text('default_agent_id').references(() => agents.id),
    /** True: calls go to the agent's provider. False: to the simulator. */
    dialsReal: integer('dials_real', { mode: 'boolean' }).notNull().default(true),
    /** The limits that an operator has set; null means the server's. */
    requestsPerMinute: integer('requests_per_minute'),
    concurrentCalls: integer('concurrent_calls'),
    /** Set to a new highest value by every change that affects admission, so that readers can load changes only. */
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('environments_agency_name').on(table.agencyId, table.name),
    index('environments_revision').on(table.revision),
    index('environments_disabled')
      .on(table.agencyId)
      .where(sql`access_disabled_by is not null`),
  ],
)

export const keys = sqliteTable(
  'keys',
  {
    id: text().primaryKey(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    hash: text().notNull().unique(),
    last4: text().notNull(),
    createdAt: integer('created_at').notNull(),
    replacedAt: integer('replaced_at'),
    lastUsedAt: integer('last_used_at'),
    /** The first time that it was sent in a URL. */
    exposedAt: integer('exposed_at'),
    /** The time and place of a report that it leaked. */
    leakedAt: integer('leaked_at'),
    leakedWhere: text('leaked_where'),
  },
  (table) => [
    index('keys_environment').on(table.environmentId),
    index('keys_last4').on(table.last4),
    uniqueIndex('keys_one_live')
      .on(table.environmentId)
      .where(sql`replaced_at is null`),
    /** For the metrics: the number of live keys and their age, by this index only. */
    index('keys_live_age')
      .on(table.createdAt)
      .where(sql`replaced_at is null`),
    /** Live keys that others may know. */
    index('keys_known')
      .on(table.environmentId)
      .where(sql`replaced_at is null and (leaked_at is not null or exposed_at is not null)`),
  ],
)

export const agents = sqliteTable(
  'agents',
  {
    id: text().primaryKey(),
    agencyId: text('agency_id')
      .notNull()
      .references(() => agencies.id),
    name: text().notNull(),
    provider: text().notNull(),
    /** The provider's id of the agent, and the number to call from. */
    ref: text(),
    fromNumber: text('from_number'),
    /** Fields of the vendor's own create request. */
    options: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    createdAt: integer('created_at').notNull(),
    /** The time of its deletion: it takes no new calls, and its row stays for the earlier ones. */
    deletedAt: integer('deleted_at'),
  },
  (table) => [index('agents_agency').on(table.agencyId)],
)

/** An agency's account at a provider, at most one each. */
export const providerAccounts = sqliteTable(
  'provider_accounts',
  {
    id: text().primaryKey(),
    agencyId: text('agency_id')
      .notNull()
      .references(() => agencies.id),
    provider: text().notNull(),
    baseUrl: text('base_url'),
    /** The credentials as JSON, encrypted by the vault. */
    sealed: text().notNull(),
    /** The last four characters of each credential, for people. */
    hints: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
    savedAt: integer('saved_at').notNull(),
  },
  (table) => [uniqueIndex('provider_accounts_agency_provider').on(table.agencyId, table.provider)],
)
