import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator'

/** A macro: runs when the importing file is compiled, so that the executable holds the SQL and needs no folder. */
export const readMigrations = (): MigrationMeta[] =>
  readMigrationFiles({ migrationsFolder: `${import.meta.dir}/../../drizzle` })
