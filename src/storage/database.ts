import { Database as Sqlite, SQLiteError } from 'bun:sqlite'
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite'
import type { Changes } from './cache.ts'
import { migrate, refuseNewer } from './migrate.ts'
import { keepTemporaryFiles } from './temporary-files.ts'
import { atOnce, type Work } from '../work.ts'

export interface Database {
  readonly sqlite: Sqlite
  readonly orm: BunSQLiteDatabase
  readonly changes: Changes
  /** Runs `work` in one IMMEDIATE transaction, on disk when this returns, undone when it throws. */
  transaction<T>(work: () => Work<T>): Work<T>
  /** Marks the current transaction as one that affects admission. */
  touchAdmission(): void
  /** Runs once when the current transaction is on disk, and never where it is not. */
  afterCommit(run: () => void): void
  /** Counts a rolled-back savepoint. */
  undone(): void
  /**
   * Detects commits of other processes. Every transaction calls this first, so that it never changes rows that it has
   * not seen.
   */
  look(): void
  /** Throws when the database cannot be read or written now. Does not wait for a lock, and writes nothing. */
  check(): void
  /** Rewrites the file without removed data. False when a reader kept the write-ahead log from being emptied. */
  compact(): boolean
  close(): void
}

/** Where many agencies are at work, the ends of all their indices. SQLite's own 2 MB write them again and again. */
const cacheKb = 16_000

/** Opens the database at `path`, creates and migrates it as needed. Rejects one of a newer callgate. */
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
    sqlite.run(`PRAGMA cache_size = -${cacheKb}`)
    migrate(orm)
  } catch (error) {
    sqlite.close()
    throw error
  }
  return {
    sqlite,
    orm,
    ...createTransactions(sqlite),
    check: () =>
      withoutWaiting(sqlite, () => {
        sqlite.run('BEGIN IMMEDIATE')
        sqlite.run('ROLLBACK')
      }),
    compact: () => {
      sqlite.run('VACUUM')
      const done = sqlite.query<{ busy: number }, []>('PRAGMA wal_checkpoint(TRUNCATE)').get()
      return done?.busy === 0
    },
    close: () => sqlite.close(),
  }
}

/** SQLite waits for a lock in the thread that also serves everyone else. */
const withoutWaiting = (sqlite: Sqlite, work: () => void) => {
  const { timeout } = sqlite.query<{ timeout: number }, []>('PRAGMA busy_timeout').get() ?? { timeout: 0 }
  sqlite.run('PRAGMA busy_timeout = 0')
  try {
    work()
  } finally {
    sqlite.run(`PRAGMA busy_timeout = ${timeout}`)
  }
}

type Transactions = Pick<
  Database,
  'changes' | 'transaction' | 'touchAdmission' | 'afterCommit' | 'undone' | 'look'
>

const createTransactions = (sqlite: Sqlite): Transactions => {
  const changes = { admission: 0, foreign: 0, undone: 0 }
  const version = sqlite.query<{ data_version: number }, []>('PRAGMA data_version')
  const seeVersion = () => version.get()?.data_version
  let seen = seeVersion()
  let isAdmissionTouched = false
  const waiting = new Set<() => void>()

  const look = () => {
    const now = seeVersion()
    if (now === seen) return
    seen = now
    changes.foreign++
  }

  const outermost = <T>(work: () => T) => {
    waiting.clear()
    try {
      const result = inTransaction(sqlite, () => {
        look()
        return work()
      })
      for (const run of waiting) run()
      return result
    } finally {
      // After a failure as well: a disk that failed in the middle of a commit may have kept it, so everything is loaded
      // again.
      if (isAdmissionTouched) changes.admission++
      isAdmissionTouched = false
    }
  }

  return {
    changes,
    look,
    *transaction(work) {
      try {
        const atOnceInIt = () => atOnce(work())
        return sqlite.inTransaction ? inTransaction(sqlite, atOnceInIt) : outermost(atOnceInIt)
      } catch (error) {
        changes.undone++
        throw error
      }
    },
    afterCommit: (run) => {
      waiting.add(run)
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

/** True for an error of the storage, a full, failing or locked disk, and not of the statement. */
export const isStorageTrouble = (error: unknown) =>
  error instanceof SQLiteError && !error.code?.startsWith('SQLITE_CONSTRAINT')
