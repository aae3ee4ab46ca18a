import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { factorAudiences, factorKinds, type PasskeyCredential } from '../../people/factor.ts'
import { roles } from '../../people/person.ts'
import { agencies } from './agencies.ts'

export const people = sqliteTable('people', {
  id: text().primaryKey(),
  email: text().notNull().unique(),
  /** An operator sees every agency, an admin only their own. */
  role: text({ enum: roles }).notNull().default('operator'),
  agencyId: text('agency_id').references(() => agencies.id),
  passwordHash: text('password_hash').notNull(),
  /** The IANA time zone of the pages; null for the browser's. */
  timeZone: text('time_zone'),
  createdAt: integer('created_at').notNull(),
})

export const sessions = sqliteTable('sessions', {
  hash: text().primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => people.id),
  createdAt: integer('created_at').notNull(),
  seenAt: integer('seen_at').notNull(),
  /** The last time the person proved with a password or a factor that it is them. */
  confirmedAt: integer('confirmed_at').notNull().default(0),
  /** When the second factor was checked; null until then. */
  secondFactorAt: integer('second_factor_at'),
  /** The client's address at its opening, and its User-Agent. */
  address: text(),
  userAgent: text('user_agent'),
})

/** The networks from which people have signed in, as keyed hashes. */
export const knownAddresses = sqliteTable(
  'known_addresses',
  {
    hash: text().primaryKey(),
    personId: text('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    lastSeenAt: integer('last_seen_at').notNull(),
  },
  (table) => [
    index('known_addresses_person').on(table.personId, table.lastSeenAt),
    index('known_addresses_last_seen').on(table.lastSeenAt),
  ],
)

/** Second factors: authenticator apps and passkeys. */
export const factors = sqliteTable('factors', {
  id: text().primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => people.id),
  kind: text({ enum: factorKinds }).notNull(),
  name: text().notNull(),
  /** The encrypted secret of an authenticator app; null for a passkey. */
  sealed: text(),
  /** The time step of the last accepted code (RFC 6238 §5.2: a code is accepted once). */
  lastStep: integer('last_step').notNull().default(0),
  /** The id that a passkey presents; null for an authenticator app. */
  credentialId: text('credential_id').unique(),
  /** The public key, counter and transports of a passkey, as JSON. */
  credential: text({ mode: 'json' }).$type<PasskeyCredential>(),
  createdAt: integer('created_at').notNull(),
  lastUsedAt: integer('last_used_at'),
})

/** Unused recovery codes, stored as hashes. */
export const recoveryCodes = sqliteTable('recovery_codes', {
  hash: text().primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => people.id),
})

/** One row at most: the people who need a second factor. */
export const signInPolicy = sqliteTable('sign_in_policy', {
  id: integer().primaryKey(),
  secondFactor: text('second_factor', { enum: factorAudiences }).notNull(),
})

export const setupTokens = sqliteTable('setup_tokens', {
  hash: text().primaryKey(),
  expiresAt: integer('expires_at').notNull(),
})

/** Single-use links: invitations, or, where `personId` is set, links to a new password. */
export const invitations = sqliteTable('invitations', {
  hash: text().primaryKey(),
  /** The address of the account that it opens. */
  email: text().notNull(),
  role: text({ enum: roles }).notNull(),
  agencyId: text('agency_id').references(() => agencies.id),
  personId: text('person_id').references(() => people.id),
  /** The person or admin token that made it; null for the command line. */
  createdById: text('created_by_id'),
  createdBy: text('created_by').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
})

/** Admin tokens. A revoked one stays, so that its holder can be told. */
export const adminTokens = sqliteTable('admin_tokens', {
  id: text().primaryKey(),
  hash: text().notNull().unique(),
  last4: text().notNull(),
  name: text().notNull(),
  /** Patterns of operations, as JSON. */
  permissions: text({ mode: 'json' }).$type<string[]>().notNull(),
  /** The only agency that it may administer; null for all. */
  agencyId: text('agency_id').references(() => agencies.id),
  /** The networks from which it may be used, as JSON; null for any. */
  allowFrom: text('allow_from', { mode: 'json' }).$type<string[]>(),
  createdBy: text('created_by').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at'),
  lastUsedAt: integer('last_used_at'),
  revokedAt: integer('revoked_at'),
})
