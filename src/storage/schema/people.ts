import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { roles } from '../../people/person.ts'
import { agencies } from './agencies.ts'

export const people = sqliteTable('people', {
  id: text().primaryKey(),
  email: text().notNull().unique(),
  /** An operator sees every agency, an admin one. */
  role: text({ enum: roles }).notNull().default('operator'),
  agencyId: text('agency_id').references(() => agencies.id),
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

/** One-time links: a new person's, or, where `personId` is set, one to a new password. */
export const invitations = sqliteTable('invitations', {
  hash: text().primaryKey(),
  role: text({ enum: roles }).notNull(),
  agencyId: text('agency_id').references(() => agencies.id),
  personId: text('person_id').references(() => people.id),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
})

/** What programs administer with. Kept when revoked, so that its holder can be told. */
export const adminTokens = sqliteTable('admin_tokens', {
  id: text().primaryKey(),
  hash: text().notNull().unique(),
  last4: text().notNull(),
  name: text().notNull(),
  /** Patterns of operations, as JSON. */
  permissions: text({ mode: 'json' }).$type<string[]>().notNull(),
  /** The only agency that it sees; null for all. */
  agencyId: text('agency_id').references(() => agencies.id),
  /** Networks that it may be used from, as JSON; null for anywhere. */
  allowFrom: text('allow_from', { mode: 'json' }).$type<string[]>(),
  createdBy: text('created_by').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at'),
  lastUsedAt: integer('last_used_at'),
  revokedAt: integer('revoked_at'),
})
