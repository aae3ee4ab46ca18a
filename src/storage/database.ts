import { Database as Sqlite, SQLiteError } from 'bun:sqlite'
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite'
import type { NotPromise } from '../commit.ts'
import type { Changes } from './cache.ts'
import { migrate, refuseNewer } from './migrate.ts'
import { keepTemporaryFiles } from './temporary-files.ts'

export interface Database {
  readonly sqlite: Sqlite
  readonly orm: BunSQLiteDatabase
  readonly changes: Changes
  /** Runs `work` in one IMMEDIATE transaction, on disk when this returns, undone when it throws. */
  transaction<T>(work: () => NotPromise<T>): T
  /** Says that the transaction under way changes what decides admission. */
  touchAdmission(): void
  /** Says that a savepoint was undone. */
  undone(): void
  /** Looks whether another process has committed. Every transaction does so first: it never changes what it has not seen. */
  look(): void
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
    ...createTransactions(sqlite),
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

type Transactions = Pick<Database, 'changes' | 'transaction' | 'touchAdmission' | 'undone' | 'look'>

const createTransactions = (sqlite: Sqlite): Transactions => {
  const changes = { admission: 0, foreign: 0, undone: 0 }
  const version = sqlite.query<{ data_version: number }, []>('PRAGMA data_version')
  const seeVersion = () => version.get()?.data_version
  let seen = seeVersion()
  let isAdmissionTouched = false

  const look = () => {
    const now = seeVersion()
    if (now === seen) return
    seen = now
    changes.foreign++
  }

  const outermost = <T>(work: () => NotPromise<T>) => {
    try {
      return inTransaction(sqlite, () => {
        look()
        return work()
      })
    } finally {
      // Also when it failed: what a disk that failed in the middle of a commit has kept is then loaded again.
      if (isAdmissionTouched) changes.admission++
      isAdmissionTouched = false
    }
  }

  return {
    changes,
    look,
    transaction: (work) => {
      try {
        return sqlite.inTransaction ? inTransaction(sqlite, work) : outermost(work)
      } catch (error) {
        changes.undone++
        throw error
      }
    },
    touchAdmission: () => {
      isAdmissionTouched = true
    },
    undone: () => {
      changes.undone++
    },
  }
}

const inTransaction = <T>(sqlite: Sqlite, work: () => T) => sqlite.transaction(work).immediate() as T

/** True for a disk that is full, failing or locked: the statement was fine, the storage was not. */
export const isStorageTrouble = (error: unknown) =>
  error instanceof SQLiteError && !error.code?.startsWith('SQLITE_CONSTRAINT')
