import { wait, type Work } from '../work.ts'

/** Counters by which caches notice that their rows may differ from the file. */
export interface Changes {
  /** Transactions that affect admission. */
  readonly admission: number
  /** Detected commits of other processes. */
  readonly foreign: number
  /** Rolled-back transactions and savepoints. */
  readonly undone: number
}

/** Rows of a few hundred bytes each. */
const rowsMost = 10_000

/**
 * A cache of rows by a key, loaded on demand. A write puts or drops its own row; a rollback, or a commit of another
 * process, empties the cache. Rows are frozen, because they are shared.
 */
export class Cache<Row> {
  readonly #changes: Changes
  readonly #most: number
  readonly #rows = new Map<string, Row>()
  #epoch = 0

  constructor(changes: Changes, most = rowsMost) {
    this.#changes = changes
    this.#most = most
  }

  get(key: string): Row | undefined {
    const epoch = this.#changes.foreign + this.#changes.undone
    if (epoch !== this.#epoch) this.#rows.clear()
    this.#epoch = epoch
    return this.#rows.get(key)
  }

  /** Returns the row, loaded if missing. A null from `load` is cached; undefined is not. */
  read(key: string, load: () => Work<Row | undefined>): Work<Row | undefined> {
    const known = this.get(key)
    return known === undefined ? this.#load(key, load) : wait(known)
  }

  *#load(key: string, load: () => Work<Row | undefined>): Work<Row | undefined> {
    const row = yield* load()
    if (row !== undefined) this.put(key, row)
    return row
  }

  /** Evicts the oldest entry when the cache is full. */
  put(key: string, row: Row) {
    const isNew = this.get(key) === undefined
    const [first] = isNew && this.#rows.size >= this.#most ? this.#rows.keys() : []
    if (first !== undefined) this.#rows.delete(first)
    this.#rows.set(key, frozen(row))
  }

  drop(key: string) {
    this.#rows.delete(key)
  }

  clear() {
    this.#rows.clear()
  }
}

/** The value, made immutable to its depth. */
export const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}
