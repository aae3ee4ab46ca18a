/** Counted for those who keep rows in memory: by these they know that theirs may not be those in the file any more. */
export interface Changes {
  /** Transactions with a change that decides admission. */
  readonly admission: number
  /** How often another process was found to have committed. */
  readonly foreign: number
  /** Transactions and savepoints that were undone. */
  readonly undone: number
}

/** Of a few hundred bytes each. */
const rowsMost = 10_000

/**
 * Rows of one kind, by a key, as they are in the file: loaded when they are first asked for. A write puts or drops its own
 * row in the same step; all are dropped when a change was undone, or another process has committed. Rows are frozen, so that
 * nobody who gets one can change it for the others.
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

  /** The row, loaded when it is not here. That there is none is kept where `load` says null, and not where it says nothing. */
  read(key: string, load: () => Row | undefined): Row | undefined {
    const known = this.get(key)
    if (known !== undefined) return known
    const row = load()
    if (row !== undefined) this.put(key, row)
    return row
  }

  /** In the place of the one that came first, when there is no room. */
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

const frozen = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}
