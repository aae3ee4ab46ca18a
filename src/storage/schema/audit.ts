import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Who did what. Names are copied, so that a line still reads when what it speaks of is gone. */
export const audit = sqliteTable(
  'audit',
  {
    /** Ids rise with time. */
    id: text().primaryKey(),
    at: integer().notNull(),
    /** An e-mail address, or what acted where it was no person: the command line, the server. */
    actor: text().notNull(),
    /** The client's address, where there was one. */
    address: text(),
    agencyId: text('agency_id'),
    environment: text(),
    /** What was done, as `key.rotated`. */
    action: text().notNull(),
    /** To what, in words: never a secret. */
    target: text(),
    /** What the client called the operation, so that it can ask later whether it was done. */
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
