import { Database as Sqlite, SQLiteError } from 'bun:sqlite'
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite'
import type { MigrationMeta } from 'drizzle-orm/migrator'
import type { NotPromise } from '../calls/commit.ts'
import { readMigrations } from './migrations.ts' with { type: 'macro' }

const migrationAttempts = 5

export interface Database {
  readonly sqlite: Sqlite
  readonly orm: BunSQLiteDatabase
  /** Set by every change that decides admission; see `KeyringStore.changed`. */
  admissionTouched: boolean
  /** Runs `work` in one IMMEDIATE transaction, on disk when this returns, undone when it throws. */
  transaction<T>(work: () => NotPromise<T>): T
  /** Throws when the database cannot be read or written now. */
  check(): void
  close(): void
}

/** Opens (and where needed makes and migrates) the database at `path`. */
export const openDatabase = (path: string, busyTimeoutMs = 0): Database => {
  const sqlite = new Sqlite(path, { strict: true, create: true, readwrite: true })
  sqlite.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  sqlite.run('PRAGMA journal_mode = WAL')
  sqlite.run('PRAGMA synchronous = FULL')
  sqlite.run('PRAGMA foreign_keys = ON')
  const orm = drizzle({ client: sqlite })
  migrate(orm)
  return {
    sqlite,
    orm,
    admissionTouched: false,
    transaction: (work) => sqlite.transaction(work).immediate() as ReturnType<typeof work>,
    check: () => {
      sqlite.run('BEGIN IMMEDIATE')
      sqlite.run('ROLLBACK')
    },
    close: () => sqlite.close(),
  }
}

/** True for a disk that is full, failing or locked: the statement was fine, the storage was not. */
export const isStorageTrouble = (error: unknown) =>
  error instanceof SQLiteError && !error.code?.startsWith('SQLITE_CONSTRAINT')

/** drizzle's own runner without its reading of files. Two processes may meet here: the loser looks again. */
const migrate = (orm: BunSQLiteDatabase) => {
  const { dialect, session } = orm as unknown as {
    dialect: { migrate(migrations: MigrationMeta[], session: unknown): void }
    session: unknown
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return dialect.migrate(readMigrations(), session)
    } catch (error) {
      if (attempt === migrationAttempts) throw error
    }
  }
}
