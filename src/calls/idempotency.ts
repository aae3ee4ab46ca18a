import type { Environment } from '../keys/keyring.ts'
import { ApiError } from '../failures.ts'

/** How long a key stands for its call. */
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
  /** Writes a row in the place of one that has expired. */
  put(row: IdempotencyRow): void
}

/**
 * Remembers which call an Idempotency-Key stands for: on disk once the call is, in memory while its commit is under way.
 * Only a call that came to be is remembered; after a refusal the key is free again.
 */
export class Idempotency {
  readonly #store: IdempotencyStore
  readonly #inFlight = new Set<string>()

  constructor(store: IdempotencyStore) {
    this.#store = store
  }

  /**
   * The call that the key already stands for, else undefined. Fails with `idempotency_mismatch` for another request, with
   * `idempotency_in_flight` while the first one is being stored.
   */
  replay(environment: Environment, key: string, fingerprint: string, now: number): string | undefined {
    if (this.#inFlight.has(nameOf(environment, key)))
      throw new ApiError('idempotency_in_flight', { retryAfterSeconds: 1 })
    const row = this.#store.find(environment.id, key)
    if (!row || row.createdAt <= now - idempotencyMs) return undefined
    if (row.fingerprint !== fingerprint) throw new ApiError('idempotency_mismatch')
    return row.callId
  }

  /** Holds the key while `store` runs. */
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
