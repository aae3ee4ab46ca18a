import type { Database as Sqlite } from 'bun:sqlite'
import type { Clock } from '../clock.ts'
import type { Database } from './database.ts'
import { atOnce, type Work } from '../work.ts'

interface WatcherDeps {
  database: Pick<Database, 'changes' | 'look' | 'sqlite'>
  clock: Clock
  log: { warn(message: string, facts?: Record<string, unknown>): void }
  /** Restores state in memory that is no copy of a row. */
  takeOver(): Work<void>
}

const lookMs = 1000

/**
 * Detects every second whether another process has written to the database. That is not allowed, because a server
 * answers from memory: it is logged, and the memory is loaded again.
 */
export class Watcher {
  readonly #deps: WatcherDeps
  #foreign: number
  #litestream: number | undefined
  #stopped = true
  #cancel: (() => void) | undefined

  constructor(deps: WatcherDeps) {
    this.#deps = deps
    this.#foreign = deps.database.changes.foreign
    this.#litestream = litestreamCommits(deps.database.sqlite)
  }

  start() {
    this.#stopped = false
    this.#again()
  }

  stop() {
    this.#stopped = true
    this.#cancel?.()
  }

  /** Looks once. Commits that a transaction has detected since the last look count as well. */
  look() {
    const { database, log, takeOver } = this.#deps
    try {
      database.look()
      const { foreign } = database.changes
      if (foreign === this.#foreign) return
      if (!this.#isLitestream()) {
        atOnce(takeOver())
        log.warn('the database was changed by another process: what was in memory is loaded again')
      }
      this.#foreign = foreign
    } catch (error) {
      log.warn('the database could not be watched for changes by others', { error: String(error) })
    }
  }

  #again() {
    if (this.#stopped) return
    this.#cancel = this.#deps.clock.after(lookMs, () => {
      this.look()
      this.#again()
    })
  }

  #isLitestream() {
    const before = this.#litestream
    this.#litestream = litestreamCommits(this.#deps.database.sqlite)
    return before !== this.#litestream
  }
}

/** Litestream commits to a table of its own, which holds a counter; undefined before its first commit. */
const litestreamCommits = (sqlite: Sqlite): number | undefined => {
  using table = sqlite.prepare("select 1 from sqlite_schema where name = '_litestream_seq'")
  if (!table.get()) return undefined
  using row = sqlite.prepare<{ seq: number }, []>('select seq from _litestream_seq')
  return row.get()?.seq
}
