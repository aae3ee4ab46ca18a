import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The URLs besides webhooks to which requests are signed: at most one of each kind for an owner. */
export const signedUrls = sqliteTable(
  'signed_urls',
  {
    kind: text({ enum: ['alert', 'predial'] }).notNull(),
    /** The id of an environment, or `gate`. */
    ownerId: text('owner_id').notNull(),
    url: text().notNull(),
    /** The signing secret, encrypted by the vault. */
    sealed: text().notNull(),
    hint: text().notNull(),
    /** The previous secret, which signs as well until `previousUntil`. */
    previousSealed: text('previous_sealed'),
    previousUntil: integer('previous_until'),
    savedAt: integer('saved_at').notNull(),
    /** The reason why callgate sends nothing there any more; null while it does. */
    offReason: text('off_reason'),
  },
  (table) => [primaryKey({ columns: [table.kind, table.ownerId] })],
)
