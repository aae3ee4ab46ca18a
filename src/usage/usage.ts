import type { EnvironmentName } from '../agencies/environment.ts'
import type { Call } from '../calls/call.ts'
import type { Clock } from '../clock.ts'
import { callOutcomes, endedOutcomes } from './call-outcomes.ts'
import { type Asker, type Client, ClientUsage, type ClientUse, mergeUses } from './client-usage.ts'
import { type Refused, RecentRefusals, refusedPerEnvironment } from './recent-refusals.ts'
import {
  type Figure,
  mergeFigures,
  mergeTotals,
  peakOfAll,
  type Span,
  spanMs,
  type Total,
  UsageCounters,
} from './usage-counters.ts'
import { run, type Work } from '../work.ts'

/** The log for failed writes. */
interface WarnLog {
  warn(message: string, facts?: Record<string, unknown>): void
}

/** Counts since the last write. */
interface Gathered {
  lastUses: Iterable<[keyId: string, at: number]>
  figures: Iterable<Figure>
  /** The peaks of all environments together. */
  peaks: Iterable<Total>
  uses: Iterable<ClientUse>
  refusals: Iterable<Refused>
}

/** An environment with the calls that it triggered. */
export interface Busy {
  agencyId: string
  agencyName: string
  environment: EnvironmentName
  calls: number
}

interface UsageStore {
  /** Adds everything in one transaction, or nothing. */
  save(gathered: Gathered): Work<void>
  figures(environmentId: string, span: Span, from: number): Work<Figure[]>
  /** The figures of all environments together, by the hour, with their common peak and none of their own. */
  totals(from: number): Work<Total[]>
  /** The environments with the most calls triggered since the hour of a moment, with figures that are not written yet. */
  busiest(from: number, most: number, unwritten: readonly Figure[]): Work<Busy[]>
  /** The clients of the environment's keys, live and replaced, since then. */
  uses(environmentId: string, since: number): Work<ClientUse[]>
  refusals(environmentId: string): Work<Refused[]>
  refusal(requestId: string): Work<Refused | undefined>
}

interface ActiveCalls {
  count(environmentId: string): number
  /** Calls in progress in all environments. */
  readonly total: number
  /** Environments with calls in progress. */
  active(): Iterable<[environmentId: string, calls: number]>
}

interface UsageDeps {
  store: UsageStore
  leases: ActiveCalls
  clock: Clock
  log: WarnLog
}

const flushMs = 60_000
/** A few milliseconds of work: a request that comes in meanwhile waits for it. */
const partSize = 100
const pauseMs = 25

/**
 * Counts of requests, clients of keys and recent rejections: collected in memory and written at most once a minute, so
 * that a request costs no write. Requests without an issued key are never counted here. Reads include what is not
 * written yet.
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
  grant(asker: Asker, readClient: () => Client, now: number) {
    this.#counters.grant(asker.environmentId, now)
    this.#clients.note(asker, readClient, 'live', now)
    this.#arm()
  }

  /** A request rejected by admission. Listed where its client is read, so that a flood costs no more than its counts. */
  refuse(
    asker: Asker,
    { code, at }: Pick<Refused, 'code' | 'at'>,
    readClient: () => Client,
    describe: (client: Client) => Refused,
  ) {
    this.#counters.refuse(asker.environmentId, code, false, at)
    const client = this.#clients.note(asker, readClient, useOf(code), at)
    if (client) this.#refused.note(describe(client))
    this.#arm()
  }

  /** A request that passed admission, which counted its client, and was rejected later. */
  refuseAdmitted(refused: Refused) {
    this.#counters.refuse(refused.environmentId, refused.code, true, refused.at)
    this.#refused.note(refused)
    this.#arm()
  }

  /** The number of calls in progress, after one has just begun. */
  calls(environmentId: string, active: number, now: number) {
    this.#counters.calls(environmentId, active, this.#deps.leases.total, now)
    this.#arm()
  }

  callTriggered({ environmentId }: Pick<Call, 'environmentId'>) {
    this.#counters.count(environmentId, [[callOutcomes.triggered, 1]], this.#deps.clock.now())
    this.#arm()
  }

  callEnded(call: Call) {
    this.#counters.count(call.environmentId, endedOutcomes(call), this.#deps.clock.now())
    this.#arm()
  }

  /** The last use of a key, including unwritten ones. */
  lastUse(keyId: string) {
    return this.#clients.lastUse(keyId)
  }

  /** An environment's figures since a time. */
  *figures(environmentId: string, span: Span, from: number) {
    const stored = yield* this.#deps.store.figures(environmentId, span, from)
    return mergeFigures([...stored, ...this.#counters.figures({ environmentId, span, from })])
  }

  /** The figures of all environments together since a time, by the hour, with their common peak and none of their own. */
  *totals(from: number): Work<Total[]> {
    const now = this.#deps.clock.now()
    const unwritten = this.#counters.figures({ span: 'hour', from })
    // Calls that a start took over are in no peak before the next minute.
    const present = { startAt: now - (now % spanMs.hour), outcome: peakOfAll, count: this.#deps.leases.total }
    const peaks = [...this.#counters.peaks(from), ...(present.count > 0 ? [present] : [])]
    return mergeTotals([...(yield* this.#deps.store.totals(from)), ...unwritten, ...peaks])
  }

  /** The environments with the most calls triggered since the hour of a moment. */
  *busiest(from: number, most: number): Work<Busy[]> {
    const unwritten = [...this.#counters.figures({ span: 'hour', from })]
    const triggered = unwritten.filter(({ outcome }) => outcome === callOutcomes.triggered)
    return yield* this.#deps.store.busiest(from, most, triggered)
  }

  /** The clients of an environment's keys, live and replaced, since a time; the last seen first. */
  *uses(environmentId: string, since: number) {
    return mergeUses([
      ...(yield* this.#deps.store.uses(environmentId, since)),
      ...this.#clients.uses(environmentId),
    ])
  }

  /** An environment's last rejections, newest first. */
  *refusals(environmentId: string) {
    const pending = [...this.#refused.entries(environmentId)]
    return [...pending, ...(yield* this.#deps.store.refusals(environmentId))]
      .toSorted((a, b) => b.at - a.at)
      .slice(0, refusedPerEnvironment)
  }

  /** One of the rejections that are kept, of any environment. */
  *refusal(requestId: string): Work<Refused | undefined> {
    for (const refused of this.#refused.entries()) if (refused.requestId === requestId) return refused
    return yield* this.#deps.store.refusal(requestId)
  }

  /** Writes all counts at once. After a failure they are kept for the next write. */
  *flush() {
    this.#cancel?.()
    this.#cancel = undefined
    yield* this.#write(Number.POSITIVE_INFINITY)
  }

  /** Runs once a minute while there are requests or calls in progress. */
  *#tick() {
    const now = this.#deps.clock.now()
    for (const [environmentId, calls] of this.#deps.leases.active())
      this.#counters.calls(environmentId, calls, this.#deps.leases.total, now)
    yield* this.#writeParts(Math.ceil(this.#size / partSize))
  }

  /** Writes so many parts with pauses, because a write holds up every request. */
  *#writeParts(left: number) {
    this.#cancel = undefined
    const isWritten = yield* this.#write(partSize)
    if (isWritten && left > 1) {
      this.#cancel = this.#deps.clock.after(pauseMs, () => void run(this.#writeParts(left - 1)))
      return
    }
    const [isActive] = this.#deps.leases.active()
    if (isActive || this.#size > 0) this.#arm()
  }

  /** False where the disk did not take it. */
  *#write(most: number) {
    if (this.#size === 0) return true
    const { figures, peaks, ...counted } = this.#counters.oldest(most)
    const { lastUses, uses, ...used } = this.#clients.first(most)
    const { refusals, ...refused } = this.#refused.first(most)
    try {
      yield* this.#deps.store.save({ lastUses, figures, peaks, uses, refusals })
    } catch (error) {
      this.#deps.log.warn('usage could not be written', { error: String(error) })
      this.#arm()
      return false
    }
    for (const { remove } of [counted, used, refused]) remove()
    return true
  }

  /** The largest number of minutes, of keys, or of environments with rejections, that is not written. */
  get #size() {
    return Math.max(this.#counters.size, this.#clients.size, this.#refused.size)
  }

  #arm() {
    this.#cancel ??= this.#deps.clock.after(flushMs, () => void run(this.#tick()))
  }
}

const useOf = (code: string) => {
  if (code === 'rotated_key') return 'rotated'
  return code === 'rate_limited' ? 'live' : 'refused'
}
