import { tokenHash } from './token.ts'

export const plans = ['starter', 'growth', 'agency'] as const
export const environmentNames = ['production', 'staging'] as const

export type Plan = (typeof plans)[number]
export type EnvironmentName = (typeof environmentNames)[number]

/** What admission needs to know of an environment. */
export interface Environment {
  id: string
  agencyId: string
  agencyName: string
  plan: Plan
  name: EnvironmentName
  accessEnabled: boolean
  defaultAgentId: string | null
  /** False: the simulator plays every call, whatever the agent's provider. */
  dialsReal: boolean
  /** The operator's limits for this environment; null means: the server's. */
  requestsPerMinute: number | null
  concurrentCalls: number | null
}

/** One key, live or replaced. A replaced key stays as a tombstone, so that its holder can be told. */
export interface Key {
  id: string
  hash: string
  last4: string
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  replacedAt: number | null
  exposedAt: number | null
}

export interface KeyInEnvironment extends Key {
  environment: Environment
}

export interface KeyringStore {
  /** True when something that decides admission may have been committed since the last call, by whichever process. */
  changed(): boolean
  /** All keys of the environments whose revision is above `revision`, and the highest revision there is. */
  keysSince(revision: number): { revision: number; keys: Iterable<KeyInEnvironment> }
}

/**
 * Every key by its hash, in memory: the authority on the hot path. It never answers from before the newest commit,
 * because each look-up first asks the store whether anything changed.
 */
export class Keyring {
  readonly #store: KeyringStore
  readonly #byHash = new Map<string, KeyInEnvironment>()
  readonly #environments = new Map<string, Environment>()
  #revision = -1
  #stale = true

  constructor(store: KeyringStore) {
    this.#store = store
    this.#refresh()
  }

  /** The key for a well-formed token, live or replaced; undefined when it was never issued. */
  find(token: string): KeyInEnvironment | undefined {
    this.#refresh()
    return this.#byHash.get(tokenHash(token))
  }

  /** The same key as it stands now. */
  findAgain({ hash }: Key): KeyInEnvironment | undefined {
    this.#refresh()
    return this.#byHash.get(hash)
  }

  /** A load that fails leaves the ring stale, so that the next look-up tries again instead of answering from before. */
  #refresh() {
    if (this.#store.changed()) this.#stale = true
    if (!this.#stale) return
    this.#load()
    this.#stale = false
  }

  #load() {
    const { revision, keys } = this.#store.keysSince(this.#revision)
    for (const key of keys) this.#byHash.set(key.hash, { ...key, environment: this.#shared(key.environment) })
    this.#revision = revision
  }

  /** One object per environment, updated in place, so that a thousand tombstones cost one environment. */
  #shared(fresh: Environment) {
    const known = this.#environments.get(fresh.id)
    if (known) return Object.assign(known, fresh)
    this.#environments.set(fresh.id, fresh)
    return fresh
  }
}
