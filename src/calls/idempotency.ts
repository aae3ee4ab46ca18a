import type { Environment } from '../keys/keyring.ts'
import { ApiError } from '../failures.ts'

/** How long a key is remembered. */
export const idempotencyMs = 24 * 60 * 60_000

export interface IdempotencyRow {
  environmentId: string
  key: string
  fingerprint: string
  callId: string
  createdAt: number
}

export interface IdempotencyStore {
  find(environmentId: string, key: string): IdempotencyRow | undefined
  /** Inserts a row, or replaces an expired one. */
  put(row: IdempotencyRow): void
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
   * Returns the call of the key, if it has one. Fails with `idempotency_mismatch` for a different request, and with
   * `idempotency_in_flight` while the first request is being stored.
   */
  replay(environment: Environment, key: string, fingerprint: string, now: number): string | undefined {
    if (this.#inFlight.has(nameOf(environment, key)))
      throw new ApiError('idempotency_in_flight', { retryAfterSeconds: 1 })
    const row = this.#store.find(environment.id, key)
    if (!row || row.createdAt <= now - idempotencyMs) return undefined
    if (row.fingerprint !== fingerprint) throw new ApiError('idempotency_mismatch')
    return row.callId
  }

  /** Reserves the key while `store` runs. */
  async hold<T>(environment: Environment, key: string, store: () => Promise<T>): Promise<T> {
    const name = nameOf(environment, key)
    this.#inFlight.add(name)
    try {
      return await store()
    } finally {
      this.#inFlight.delete(name)
    }
  }

  put(row: IdempotencyRow) {
    this.#store.put(row)
  }
}

const nameOf = ({ id }: Environment, key: string) => `${id} ${key}`
