import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The audit. Names are copied, so that an entry still reads when its object is gone. */
export const audit = sqliteTable(
  'audit',
  {
    /** Ids rise with time. */
    id: text().primaryKey(),
    at: integer().notNull(),
    /** The name of the actor: an e-mail address, a token, the command line. */
    actor: text().notNull(),
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
  },
  (table) => [
    index('audit_agency').on(table.agencyId, table.id),
    index('audit_age').on(table.at),
    index('audit_operation')
      .on(table.operationId)
      .where(sql`operation_id is not null`),
  ],
)
