import { Database as Sqlite, SQLiteError } from 'bun:sqlite'
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite'
import type { NotPromise } from '../calls/commit.ts'
import { migrate, refuseNewer } from './migrate.ts'
import { keepTemporaryFiles } from './temporary-files.ts'

export interface Database {
  readonly sqlite: Sqlite
  readonly orm: BunSQLiteDatabase
  /** Set by every change that decides admission; see `KeyringStore.changed`. */
  admissionTouched: boolean
  /** Runs `work` in one IMMEDIATE transaction, on disk when this returns, undone when it throws. */
  transaction<T>(work: () => NotPromise<T>): T
  /** Throws when the database cannot be read or written now. */
  check(): void
  /** Rewrites the file without what was removed from it. False when a reader kept the log from being emptied. */
  compact(): boolean
  close(): void
}

/** Opens (and where needed makes and migrates) the database at `path`. Refuses one that a newer program wrote. */
export const openDatabase = (path: string, busyTimeoutMs = 0): Database => {
  const sqlite = new Sqlite(path, { strict: true, create: true, readwrite: true })
  const orm = drizzle({ client: sqlite })
  try {
    sqlite.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
    keepTemporaryFiles(sqlite, path)
    refuseNewer(sqlite)
    sqlite.run('PRAGMA journal_mode = WAL')
    sqlite.run('PRAGMA synchronous = FULL')
    sqlite.run('PRAGMA foreign_keys = ON')
    migrate(orm)
  } catch (error) {
    sqlite.close()
    throw error
  }
  return {
    sqlite,
    orm,
    admissionTouched: false,
    transaction: (work) => sqlite.transaction(work).immediate() as ReturnType<typeof work>,
    check: () => {
      sqlite.run('BEGIN IMMEDIATE')
      sqlite.run('ROLLBACK')
    },
    compact: () => {
      sqlite.run('VACUUM')
      const done = sqlite.query<{ busy: number }, []>('PRAGMA wal_checkpoint(TRUNCATE)').get()
      return done?.busy === 0
    },
    close: () => sqlite.close(),
  }
}

/** True for a disk that is full, failing or locked: the statement was fine, the storage was not. */
export const isStorageTrouble = (error: unknown) =>
  error instanceof SQLiteError && !error.code?.startsWith('SQLITE_CONSTRAINT')
