import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { agencies } from './agencies.ts'

const roles = ['operator', 'admin'] as const

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
