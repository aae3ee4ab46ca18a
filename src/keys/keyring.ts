import type { AccessDisabler } from '../agencies/access.ts'
import type { Plan } from '../agencies/agency.ts'
import type { EnvironmentName } from '../agencies/environment.ts'
import { tokenHash } from './token.ts'

/** The part of an environment that admission needs. */
export interface Environment {
  id: string
  agencyId: string
  agencyName: string
  plan: Plan
  /** The time of the agency's suspension; null while it is active. */
  suspendedAt: number | null
  name: EnvironmentName
  /** Null while API access is enabled. */
  accessDisabledBy: AccessDisabler | null
  defaultAgentId: string | null
  /** False: the simulator plays every call, whatever the agent's provider. */
  dialsReal: boolean
  /** The limits that an operator has set; null means the server's. */
  requestsPerMinute: number | null
  concurrentCalls: number | null
}

/**
 * A key, live or replaced. A replaced key stays as a tombstone, so that its holder can be told when it was replaced.
 */
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
  /** Counters: this process's commits that affect admission, and detected commits of other processes. */
  readonly changes: { readonly admission: number; readonly foreign: number }
  /** The highest revision of any environment. Every change that affects admission raises one to a new highest. */
  newestRevision(): number
  /** The hashes of all keys, live and replaced. */
  hashes(): Iterable<string>
  /** All keys of the environments whose revision is above `revision`. */
  keysSince(revision: number): Iterable<KeyInEnvironment>
  /** The environments whose revision is above `revision` and that have no key, or none any more. */
  withoutKeysSince(revision: number): string[]
  findByHash(hash: string): KeyInEnvironment | undefined
}

/**
 * The authority on keys: the hashes of all keys, and the rows of the used ones, in memory. It never misses a commit of
 * this process, and follows another process's once the watcher has seen it. An unused key costs the memory of its hash;
 * an unknown key costs no query.
 */
export class Keyring {
  readonly #store: KeyringStore
  readonly #hashes = new Set<string>()
  readonly #used = new Map<string, KeyInEnvironment>()
  readonly #environments = new Map<string, Environment>()
  #revision: number | undefined
  /** The counters of `changes` at the last load. */
  #admission = -1
  #foreign = -1

  constructor(store: KeyringStore) {
    this.#store = store
    this.#refresh()
  }

  /** Finds the key of a well-formed token, live or replaced; undefined when it was never issued. */
  find(token: string): KeyInEnvironment | undefined {
    return this.#find(tokenHash(token))
  }

  /** Reads a key again. */
  findAgain({ hash }: Key): KeyInEnvironment | undefined {
    return this.#find(hash)
  }

  #find(hash: string) {
    this.#refresh()
    return this.#used.get(hash) ?? (this.#hashes.has(hash) ? this.#take(hash) : undefined)
  }

  #take(hash: string) {
    const key = this.#store.findByHash(hash)
    return key && this.#keep(key)
  }

  /**
   * Loads the changes since the last load. The counters are set at the end, so a failed load is repeated by the next
   * look-up.
   */
  #refresh() {
    const { admission, foreign } = this.#store.changes
    if (admission === this.#admission && foreign === this.#foreign) return
    // Another process may have changed rows and raised no revision.
    if (foreign !== this.#foreign) this.#used.clear()
    // Read the revision before the rows: a commit in between has a higher one and is loaded on the next refresh.
    const newest = this.#store.newestRevision()
    if (this.#revision === undefined) for (const hash of this.#store.hashes()) this.#hashes.add(hash)
    else this.#renew(this.#revision)
    this.#revision = newest
    this.#admission = admission
    this.#foreign = foreign
  }

  #renew(since: number) {
    const emptied = new Set(this.#store.withoutKeysSince(since))
    if (emptied.size > 0)
      for (const [hash, { environment }] of this.#used)
        if (emptied.has(environment.id)) this.#used.delete(hash)
    for (const key of this.#store.keysSince(since)) {
      this.#hashes.add(key.hash)
      if (this.#used.has(key.hash)) this.#keep(key)
      else this.#update(key.environment)
    }
  }

  #keep(key: KeyInEnvironment) {
    const kept = { ...key, environment: this.#update(key.environment) ?? key.environment }
    this.#environments.set(kept.environment.id, kept.environment)
    this.#used.set(key.hash, kept)
    return kept
  }

  /** One object per environment, changed in place, so that a thousand tombstones cost one environment. */
  #update(fresh: Environment) {
    const known = this.#environments.get(fresh.id)
    return known && Object.assign(known, fresh)
  }
}
