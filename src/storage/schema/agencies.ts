import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
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
    /** Its name stays, for the audit; of it nothing else is found any more. */
    deletedAt: integer('deleted_at'),
  },
  (table) => [
    index('agencies_deleted')
      .on(table.deletedAt)
      .where(sql`deleted_at is not null`),
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
    accessEnabled: integer('access_enabled', { mode: 'boolean' }).notNull().default(true),
    defaultAgentId: text('default_agent_id').references(() => agents.id),
    /** Whether calls go to the agent's provider; where not, the simulator plays them. */
    dialsReal: integer('dials_real', { mode: 'boolean' }).notNull().default(true),
    /** The operator's limits for this environment; null means: the server's. */
    requestsPerMinute: integer('requests_per_minute'),
    concurrentCalls: integer('concurrent_calls'),
    /** Raised above all others by every change that decides admission, so that a reader can ask for what is new. */
    revision: integer().notNull(),
  },
  (table) => [
    uniqueIndex('environments_agency_name').on(table.agencyId, table.name),
    index('environments_revision').on(table.revision),
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
    /** When it was first seen in a URL. */
    exposedAt: integer('exposed_at'),
    /** When somebody reported it as found, and where. */
    leakedAt: integer('leaked_at'),
    leakedWhere: text('leaked_where'),
  },
  (table) => [
    index('keys_environment').on(table.environmentId),
    uniqueIndex('keys_one_live')
      .on(table.environmentId)
      .where(sql`replaced_at is null`),
    /** How many there are and how old they are, for whoever asks every few seconds. */
    index('keys_live_age')
      .on(table.createdAt)
      .where(sql`replaced_at is null`),
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
    /** What the provider calls the agent, and the number to call from. */
    ref: text(),
    fromNumber: text('from_number'),
    /** Fields of the vendor's own create request. */
    options: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    createdAt: integer('created_at').notNull(),
    /** Since when it takes no more calls. Its row stays, for those that it had. */
    deletedAt: integer('deleted_at'),
  },
  (table) => [index('agents_agency').on(table.agencyId)],
)

/** An agency's account at a provider: one each. */
export const providerAccounts = sqliteTable(
  'provider_accounts',
  {
    id: text().primaryKey(),
    agencyId: text('agency_id')
      .notNull()
      .references(() => agencies.id),
    provider: text().notNull(),
    baseUrl: text('base_url'),
    /** The credentials as JSON, sealed by the vault. */
    sealed: text().notNull(),
    /** The last four characters of each credential, for people. */
    hints: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
    savedAt: integer('saved_at').notNull(),
  },
  (table) => [uniqueIndex('provider_accounts_agency_provider').on(table.agencyId, table.provider)],
)
