import type { Environment } from '../keys/keyring.ts'
import { ApiError } from '../failures.ts'
import type { Work } from '../work.ts'

/** The time that a key is remembered. */
export const idempotencyMs = 24 * 60 * 60_000

export interface IdempotencyRow {
  environmentId: string
  key: string
  fingerprint: string
  callId: string
  createdAt: number
}

export interface IdempotencyStore {
  find(environmentId: string, key: string): Work<IdempotencyRow | undefined>
  /** Inserts a row, or replaces an expired one. */
  put(row: IdempotencyRow): Work<void>
}

/**
 * Remembers the call of an Idempotency-Key: on disk once the call is stored, in memory during its commit. Only stored
 * calls are remembered; after an error the key is free again.
 */
export class Idempotency {
  readonly #store: IdempotencyStore
  readonly #inFlight = new Set<string>()

  constructor(store: IdempotencyStore) {
    this.#store = store
  }

  /**
   * Returns the call of the key; where it has none, reserves the key for `hold`. Fails with `idempotency_mismatch` for a
   * different request, and with `idempotency_in_flight` while the first request is being stored.
   */
  *claim(environment: Environment, key: string, fingerprint: string, now: number): Work<string | undefined> {
    const row = yield* this.#store.find(environment.id, key)
    const name = nameOf(environment, key)
    // In one step with the reservation: others may have come while the row was read.
    if (this.#inFlight.has(name)) throw new ApiError('idempotency_in_flight', { retryAfterSeconds: 1 })
    if (!row || row.createdAt <= now - idempotencyMs) {
      this.#inFlight.add(name)
      return undefined
    }
    if (row.fingerprint !== fingerprint) throw new ApiError('idempotency_mismatch')
    return row.callId
  }

  /** Frees a claimed key after `store`. */
  async hold<T>(environment: Environment, key: string, store: () => Promise<T>): Promise<T> {
    try {
      return await store()
    } finally {
      this.#inFlight.delete(nameOf(environment, key))
    }
  }

  *put(row: IdempotencyRow) {
    yield* this.#store.put(row)
  }
}

const nameOf = ({ id }: Environment, key: string) => `${id} ${key}`
