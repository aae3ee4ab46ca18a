import type { Database as Sqlite } from 'bun:sqlite'
import type { Clock } from '../clock.ts'
import type { Database } from './database.ts'

interface WatcherDeps {
  database: Pick<Database, 'changes' | 'look' | 'sqlite'>
  clock: Clock
  log: { warn(message: string, facts?: Record<string, unknown>): void }
  /** Brings what is in memory without being a copy of a row in line with the rows. */
  takeOver(): void
}

const lookMs = 1000

/**
 * Looks every second whether another process has written into the database. That is against the rules, because a server
 * answers from memory: it is logged, and what is in memory is loaded again.
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

  /** One look. What a transaction has seen since the last one counts as well. */
  look() {
    const { database, log, takeOver } = this.#deps
    try {
      database.look()
      const { foreign } = database.changes
      if (foreign === this.#foreign) return
      if (!this.#isLitestream()) {
        takeOver()
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

/** Litestream commits now and then to a table of its own, and counts there how often; undefined before its first time. */
const litestreamCommits = (sqlite: Sqlite): number | undefined => {
  using table = sqlite.prepare("select 1 from sqlite_schema where name = '_litestream_seq'")
  if (!table.get()) return undefined
  using row = sqlite.prepare<{ seq: number }, []>('select seq from _litestream_seq')
  return row.get()?.seq
}
