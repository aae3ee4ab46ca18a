import type { Clock } from '../clock.ts'
import type { Log } from './log.ts'

interface UsageStore {
  saveLastUse(lastUse: ReadonlyMap<string, number>): void
}

const flushMs = 60_000

/** When keys were last used: kept in memory, written at most once a minute, so that a request costs no write. */
export class Usage {
  readonly #store: UsageStore
  readonly #clock: Clock
  readonly #log: Log
  #lastUse = new Map<string, number>()
  #cancel: (() => void) | undefined

  constructor(store: UsageStore, clock: Clock, log: Log) {
    this.#store = store
    this.#clock = clock
    this.#log = log
  }

  touch(keyId: string, now: number) {
    this.#lastUse.set(keyId, now)
    this.#cancel ??= this.#clock.after(flushMs, () => this.flush())
  }

  /** Newer than the store's answer by what is not yet written. */
  lastUse(keyId: string) {
    return this.#lastUse.get(keyId)
  }

  /** Writes what has gathered. What the disk does not take now is written the next time. */
  flush() {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#lastUse.size === 0) return
    try {
      this.#store.saveLastUse(this.#lastUse)
      this.#lastUse = new Map()
    } catch (error) {
      this.#log.warn('last use of keys could not be written', { error: String(error) })
      this.#cancel = this.#clock.after(flushMs, () => this.flush())
    }
  }
}
