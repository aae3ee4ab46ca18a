import type { Database as Sqlite } from 'bun:sqlite'
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite'
import type { MigrationMeta } from 'drizzle-orm/migrator'
import { CommandError } from '../failures.ts'
import { readMigrations } from './migrations.ts' with { type: 'macro' }

const attempts = 5

/** The number of this program's migrations that were applied, and of unknown, newer ones. */
export const migrationStateOf = (sqlite: Sqlite) => {
  const known = new Set(readMigrations().map(({ folderMillis }) => folderMillis))
  const applied = appliedTo(sqlite)
  const unknown = applied.filter((at) => !known.has(at)).length
  return { applied: applied.length - unknown, known: known.size, unknown }
}

/** The migrations that were applied, in their order. */
export const appliedMigrations = (sqlite: Sqlite) => {
  const applied = new Set(appliedTo(sqlite))
  return readMigrations().filter(({ folderMillis }) => applied.has(folderMillis))
}

/** Throws a `CommandError` for a database of a newer callgate, whose rows this one could misread. */
export const refuseNewer = (sqlite: Sqlite) => {
  const { unknown } = migrationStateOf(sqlite)
  if (unknown > 0)
    throw new CommandError(
      'The database was written by a newer version of callgate. Use that version or a later one. Nothing was changed.',
    )
}

/** drizzle's own runner, without reading files. Of two processes at once, the loser looks again. */
export const migrate = (orm: BunSQLiteDatabase) => {
  const { dialect, session } = orm as unknown as {
    dialect: { migrate(migrations: MigrationMeta[], session: unknown): void }
    session: unknown
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return dialect.migrate(readMigrations(), session)
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}

/** The times by which drizzle identifies migrations. */
const appliedTo = (sqlite: Sqlite): number[] => {
  using journal = sqlite.prepare("select 1 from sqlite_schema where name = '__drizzle_migrations'")
  if (!journal.get()) return []
  using rows = sqlite.prepare<{ at: number }, []>('select created_at as at from __drizzle_migrations')
  return rows.all().map(({ at }) => Number(at))
}
