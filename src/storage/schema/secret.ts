import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** One row: a MAC under the secret that everything here is sealed with, so that another secret is noticed. */
export const secretCheck = sqliteTable('secret_check', {
  id: integer().primaryKey(),
  mac: text().notNull(),
})
