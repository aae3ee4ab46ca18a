import type { Clock } from '../clock.ts'
import { ClientUsage, type ClientUse, mergeUses } from './client-usage.ts'
import { type Refused, RecentRefusals, refusedPerEnvironment } from './recent-refusals.ts'
import { type Figure, mergeFigures, type Span, UsageCounters } from './usage-counters.ts'

/** What has gathered since the last write. */
/** Where what cannot be stored is told. */
interface WarnLog {
  warn(message: string, facts?: Record<string, unknown>): void
}

interface Gathered {
  lastUses: Iterable<[keyId: string, at: number]>
  figures: Iterable<Figure>
  uses: Iterable<ClientUse>
  refusals: Iterable<Refused>
}

interface UsageStore {
  /** Adds all of it in one transaction, or nothing. */
  save(gathered: Gathered): void
  figures(environmentId: string, span: Span, from: number): Figure[]
  /** Who used the environment's keys, live and replaced, since then. */
  uses(environmentId: string, since: number): ClientUse[]
  refusals(environmentId: string): Refused[]
}

interface ActiveCalls {
  count(environmentId: string): number
  /** Environments with calls under way. */
  active(): Iterable<[environmentId: string, calls: number]>
}

interface UsageDeps {
  store: UsageStore
  leases: ActiveCalls
  clock: Clock
  log: WarnLog
}

/** Who asked: a key that was issued, and where it came from. */
interface Asker {
  environmentId: string
  keyId: string
  address: string | null
  userAgent: string | null
}

const flushMs = 60_000

/**
 * What came of requests, who used which key, and why requests were refused: gathered in memory, written at most once a
 * minute, so that a request costs no write. Requests without a key that was issued are never in here. Reading gives
 * what is written and what is not yet.
 */
export class Usage {
  readonly #deps: UsageDeps
  readonly #counters: UsageCounters
  readonly #clients = new ClientUsage()
  readonly #refused = new RecentRefusals()
  #cancel: (() => void) | undefined

  constructor(deps: UsageDeps) {
    this.#deps = deps
    this.#counters = new UsageCounters((environmentId) => deps.leases.count(environmentId))
  }

  /** A request that passed admission. */
  grant(asker: Asker, now: number) {
    this.#counters.grant(asker.environmentId, now)
    this.#clients.note(asker, 'live', now)
    this.#arm()
  }

  /** A request that was refused by admission. */
  refuse(asker: Asker, refused: Refused) {
    this.#counters.refuse(refused.environmentId, refused.code, false, refused.at)
    this.#clients.note(asker, useOf(refused.code), refused.at)
    this.#refused.note(refused)
    this.#arm()
  }

  /** A request that passed admission, so that its client is known, and was refused later. */
  refuseAdmitted(refused: Refused) {
    this.#counters.refuse(refused.environmentId, refused.code, true, refused.at)
    this.#refused.note(refused)
    this.#arm()
  }

  /** That many calls are under way, one having just begun. */
  calls(environmentId: string, active: number, now: number) {
    this.#counters.calls(environmentId, active, now)
    this.#arm()
  }

  /** Newer than the row of the key by what is not yet written. */
  lastUse(keyId: string) {
    return this.#clients.lastUse(keyId)
  }

  /** An environment's figures from then on. */
  figures(environmentId: string, span: Span, from: number) {
    const stored = this.#deps.store.figures(environmentId, span, from)
    return mergeFigures([...stored, ...this.#counters.figures({ environmentId, span, from })])
  }

  /** Who used an environment's keys, live and replaced, since then; the last seen first. */
  uses(environmentId: string, since: number) {
    return mergeUses([...this.#deps.store.uses(environmentId, since), ...this.#clients.uses(environmentId)])
  }

  /** An environment's last refusals, newest first. */
  refusals(environmentId: string) {
    const pending = [...this.#refused.entries(environmentId)]
    return [...pending, ...this.#deps.store.refusals(environmentId)]
      .toSorted((a, b) => b.at - a.at)
      .slice(0, refusedPerEnvironment)
  }

  /** Writes what has gathered. What the disk does not take now is written the next time. */
  flush() {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#counters.isEmpty && this.#clients.isEmpty && this.#refused.isEmpty) return
    try {
      this.#deps.store.save({
        lastUses: this.#clients.lastUses(),
        figures: this.#counters.figures(),
        uses: this.#clients.uses(),
        refusals: this.#refused.entries(),
      })
      this.#counters.clear()
      this.#clients.clear()
      this.#refused.clear()
    } catch (error) {
      this.#deps.log.warn('usage could not be written', { error: String(error) })
      this.#arm()
    }
  }

  /** Runs once a minute from the first sign of life until there is none: a call that goes on is one. */
  #tick() {
    this.#cancel = undefined
    const now = this.#deps.clock.now()
    const active = [...this.#deps.leases.active()]
    for (const [environmentId, calls] of active) this.#counters.calls(environmentId, calls, now)
    this.flush()
    if (active.length > 0) this.#arm()
  }

  #arm() {
    this.#cancel ??= this.#deps.clock.after(flushMs, () => this.#tick())
  }
}

const useOf = (code: string) => {
  if (code === 'rotated_key') return 'rotated'
  return code === 'rate_limited' ? 'live' : 'refused'
}
