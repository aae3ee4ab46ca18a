import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { callStatuses, dispatchStates, reasonCodes, sentiments, type TranscriptLine } from '../calls/call.ts'
import { environmentNames, plans } from '../keys/keyring.ts'

/** Every `…At` is wall-clock milliseconds since the Unix epoch. */

export const agencies = sqliteTable('agencies', {
  id: text().primaryKey(),
  name: text().notNull(),
  plan: text({ enum: plans }).notNull(),
  createdAt: integer('created_at').notNull(),
})

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
  },
  (table) => [
    index('keys_environment').on(table.environmentId),
    uniqueIndex('keys_one_live')
      .on(table.environmentId)
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
    createdAt: integer('created_at').notNull(),
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

export const calls = sqliteTable(
  'calls',
  {
    id: text().primaryKey(),
    agencyId: text('agency_id').notNull(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id),
    provider: text().notNull(),
    accountId: text('account_id'),
    agentRef: text('agent_ref'),
    fromNumber: text('from_number'),
    phoneNumber: text('phone_number').notNull(),
    name: text(),
    email: text(),
    metadata: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    status: text({ enum: callStatuses }).notNull(),
    dispatch: text({ enum: dispatchStates }).notNull(),
    providerCallId: text('provider_call_id'),
    reasonCode: text('reason_code', { enum: reasonCodes }),
    reason: text(),
    createdAt: integer('created_at').notNull(),
    ringingAt: integer('ringing_at'),
    answeredAt: integer('answered_at'),
    endedAt: integer('ended_at'),
    hangUpDue: integer('hang_up_due', { mode: 'boolean' }).notNull().default(false),
    sentAt: integer('sent_at'),
    heardAt: integer('heard_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    durationSeconds: integer('duration_seconds'),
    summary: text(),
    sentiment: text({ enum: sentiments }),
    transcript: text({ mode: 'json' }).$type<TranscriptLine[]>(),
    recordingUrl: text('recording_url'),
    costCents: integer('cost_cents'),
  },
  (table) => [
    index('calls_environment').on(table.environmentId, table.id),
    index('calls_provider_call').on(table.accountId, table.providerCallId),
    index('calls_hang_up')
      .on(table.heardAt)
      .where(sql`hang_up_due`),
    /** The leases: the calls that are not over. */
    index('calls_active')
      .on(table.heardAt)
      .where(sql`ended_at is null`),
  ],
)

/** Which call an Idempotency-Key stands for. Written in the same commit as the call. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    key: text().notNull(),
    /** SHA-256 of what was asked for, so that the key cannot stand for two things. */
    fingerprint: text().notNull(),
    callId: text('call_id')
      .notNull()
      .references(() => calls.id),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.key] }),
    index('idempotency_keys_age').on(table.createdAt),
  ],
)

export const people = sqliteTable('people', {
  id: text().primaryKey(),
  email: text().notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  createdAt: integer('created_at').notNull(),
})

export const sessions = sqliteTable('sessions', {
  hash: text().primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => people.id),
  createdAt: integer('created_at').notNull(),
  seenAt: integer('seen_at').notNull(),
})

export const setupTokens = sqliteTable('setup_tokens', {
  hash: text().primaryKey(),
  expiresAt: integer('expires_at').notNull(),
})
