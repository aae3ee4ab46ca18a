import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** The audit. Names are copied, so that an entry still reads when its object is gone. */
export const audit = sqliteTable(
  'audit',
  {
    /** Ids rise with time. */
    id: text().primaryKey(),
    /** The place in the chain, without gaps; null only in entries of earlier versions, which the next start chains. */
    number: integer(),
    /** The HMAC of the entry and of the one before it: see audit-chain.ts. */
    mac: text(),
    at: integer().notNull(),
    /** The name of the actor: an e-mail address, a token, the command line. */
    actor: text().notNull(),
    /** The id of the person or the token, and the role; null where there was neither. */
    actorId: text('actor_id'),
    actorRole: text('actor_role'),
    /** The client's address, where there was one. */
    address: text(),
    agencyId: text('agency_id'),
    environment: text(),
    /** The action, as `key.rotated`. */
    action: text().notNull(),
    /** The object, in words: never a secret. */
    target: text(),
    /** The client's id of the operation, by which it can ask whether the operation was done. */
    operationId: text('operation_id'),
    /** The number of times, in an entry that counts what was attempted within a minute. */
    times: integer(),
  },
  (table) => [
    uniqueIndex('audit_number').on(table.number),
    index('audit_agency').on(table.agencyId, table.id),
    index('audit_actor').on(table.actor, table.id),
    index('audit_action').on(table.action, table.id),
    index('audit_age').on(table.at),
    index('audit_operation')
      .on(table.operationId)
      .where(sql`operation_id is not null`),
  ],
)

/** The two ends of the audit's chain, in one row: what retention has removed, and the newest entry. */
export const auditChain = sqliteTable('audit_chain', {
  id: integer().primaryKey(),
  removedNumber: integer('removed_number').notNull(),
  removedMac: text('removed_mac').notNull(),
  lastNumber: integer('last_number').notNull(),
  lastMac: text('last_mac').notNull(),
  /** The HMAC of the row. Blank since a change that the chain's key did not make. */
  mac: text().notNull(),
})
