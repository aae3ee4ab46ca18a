import type { Clock } from '../clock.ts'
import type { Capabilities, Provider, ProviderIds, Report } from './provider.ts'
import { afterCap, afterReport } from './after-report.ts'
import { type Call, isOver, isStillRunning } from './call.ts'
import { afterDetails } from './details.ts'
import type { Dispatcher } from './dispatch.ts'
import { afterEndCheck, releaseStillRunning } from './end-check.ts'
import type { Lifecycle } from './lifecycle.ts'
import { hasIds, withIds, withMissingIds } from './provider-ids.ts'
import { inTurn, run, type Work } from '../work.ts'

/** A place among the calls that are not over. */
interface Place {
  environmentId: string
  id: string
}

interface ReconcileStore {
  find(id: string): Work<Call | undefined>
  /**
   * Of the next `limit` calls that are not over, the ids of those that have expired or were last heard of at
   * `lastContactBefore` or earlier. Without a next place, all have been looked at.
   */
  overdue(
    now: number,
    lastContactBefore: number,
    after: Place | undefined,
    limit: number,
  ): Work<{ ids: string[]; next: Place | undefined }>
  /** Calls whose provider has not hung up yet, last tried at `triedBefore` or earlier. */
  hangUpsDue(now: number, triedBefore: number): Work<Call[]>
  /** Calls whose end is due for a check by `now`, the earliest first. */
  endChecksDue(now: number, limit: number): Work<Call[]>
  /** Calls that are over and whose details are due for a request by `now`, the earliest first. */
  detailsDue(now: number, limit: number): Work<Call[]>
}

interface ReconcileDeps {
  calls: ReconcileStore
  lifecycle: Lifecycle
  dispatcher: Pick<Dispatcher, 'dispatch' | 'settled'>
  provider(call: Call): Work<Provider>
  capabilities(call: Call): Capabilities
  /** Called in the commit in which a call takes its slot back, because it is still running at its provider. */
  auditStillRunning(call: Call, now: number): Work<void>
  /** Called once for each such call, after the commit. */
  stillRunning?(call: Call): void
  clock: Clock
  log: Record<'info' | 'warn', (message: string, facts: Record<string, unknown>) => void>
}

const tickMs = 1000
/** The longest call that any provider's documentation allows. */
const hangUpForMs = 4 * 60 * 60_000
/** After this long without an event, the provider is asked for the call's status. */
const silenceMs = 15_000
/** A few milliseconds of work, for however many calls are active. */
const activeAtOnce = 500
const pauseMs = 20
/** Bounds the requests for details per tick: after a long downtime, thousands of them must not delay orders. */
const detailsAtOnce = 20
/** The same of the checks of ends, of which there is one for each call. */
const endChecksAtOnce = 200

/**
 * No provider guarantees an end event. So this fetches the status of silent calls, ends calls at their hard cap,
 * retries hanging up, requests missing details of calls that are over, and checks the ends that hooks reported.
 */
export class Reconciler {
  readonly #deps: ReconcileDeps
  /** The work in progress by name, so that a provider that never responds delays no other call. */
  readonly #busy = new Set<string>()
  /** True until all active calls of a round have been looked at. */
  #isLooking = false
  #stopped = false
  #cancel: (() => void) | undefined

  constructor(deps: ReconcileDeps) {
    this.#deps = deps
  }

  /** Resumes the work of an earlier process, then runs `tick` every second until `stop`. */
  start() {
    void run(this.#look(true))
    this.#again()
  }

  stop() {
    this.#stopped = true
    this.#cancel?.()
  }

  /**
   * Starts all work that is due: status requests, ends at the hard cap, retries of hanging up, checks of ends, requests
   * for details.
   */
  *tick() {
    const now = this.#deps.clock.now()
    for (const call of yield* this.#deps.calls.endChecksDue(now, endChecksAtOnce)) this.#checkEnd(call, now)
    for (const call of yield* this.#deps.calls.detailsDue(now, detailsAtOnce))
      this.#once(`details ${call.id}`, () => this.#fetchDetails(call))
    for (const call of yield* this.#deps.calls.hangUpsDue(now, now - silenceMs)) this.hangUp(call)
    if (!this.#isLooking) yield* this.#look(false)
  }

  /**
   * Takes up the silent calls, or in the first round of a process all of them, in parts with pauses, so that no request
   * waits for long.
   */
  *#look(isFirst: boolean, after?: Place) {
    const { calls, clock, log } = this.#deps
    this.#isLooking = false
    if (this.#stopped) return
    try {
      const now = clock.now()
      const silentSince = isFirst ? Number.MAX_SAFE_INTEGER : now - silenceMs
      const { ids, next } = yield* calls.overdue(now, silentSince, after, activeAtOnce)
      for (const call of yield* inTurn(ids, calls.find))
        if (call && (isFirst || call.expiresAt <= now || call.dispatch !== 'pending')) this.#takeUp(call, now)
      if (!next) return
      this.#isLooking = true
      clock.after(pauseMs, () => void run(this.#look(isFirst, next)))
    } catch (error) {
      log.warn('reconcile failed', { error: String(error) })
    }
  }

  /** Makes the provider hang up a call that is over here. A later tick retries a failure. */
  hangUp(call: Call) {
    this.#once(`hang up ${call.id}`, () => this.#hangUp(call))
  }

  #again() {
    if (this.#stopped) return
    this.#cancel = this.#deps.clock.after(tickMs, () => {
      run(this.tick()).catch((error: unknown) =>
        this.#deps.log.warn('reconcile failed', { error: String(error) }),
      )
      this.#again()
    })
  }

  /** A status request and the hard cap have names of their own, so that a pending request does not delay the cap. */
  #takeUp(call: Call, now: number) {
    if (call.expiresAt <= now) this.#once(`end ${call.id}`, () => this.#expire(call, now))
    else if (call.dispatch === 'pending') this.#deps.dispatcher.dispatch(call)
    else this.#once(`ask ${call.id}`, () => this.#settle(call.id))
  }

  #once(name: string, work: () => Promise<void>) {
    if (this.#busy.has(name)) return
    this.#busy.add(name)
    work()
      .catch((error: unknown) => this.#deps.log.warn('reconcile failed', { error: String(error) }))
      .finally(() => this.#busy.delete(name))
  }

  async #settle(callId: string) {
    const { lifecycle, dispatcher, clock } = this.#deps
    await dispatcher.settled(callId)
    const call = await run(lifecycle.find(callId))
    if (!call || isOver(call)) return
    const report = await this.#fetchStatus(call)
    this.#deps.log.info('asked about a silent call', { call_id: callId, outcome: report.outcome })
    await lifecycle.changeWithRetry(callId, (before) => afterReport(before, report, clock.now()))
  }

  /** The hard cap has a name of its own, so that a pending request does not delay it. */
  #checkEnd(call: Call, now: number) {
    if (isStillRunning(call) && call.expiresAt <= now)
      this.#once(`end ${call.id}`, () => this.#capStillRunning(call))
    else this.#once(`details ${call.id}`, () => this.#askAboutEnd(call))
  }

  async #askAboutEnd(call: Call) {
    const { auditStillRunning, stillRunning, lifecycle, dispatcher, clock, log } = this.#deps
    await dispatcher.settled(call.id)
    const report = await this.#fetchStatus((await run(lifecycle.find(call.id))) ?? call)
    log.info('asked whether a call has ended', { call_id: call.id, outcome: report.outcome })
    let isNews = false
    const after = await lifecycle.changeWithRetry(call.id, function* (before) {
      const now = clock.now()
      const next = afterEndCheck(before, report, now)
      isNews = isStillRunning(next) && !isStillRunning(before)
      if (isNews) yield* auditStillRunning(next, now)
      return next
    })
    if (isNews && after) {
      log.warn('a call is still running at its provider after its end was reported', { call_id: call.id })
      stillRunning?.(after)
    }
    if (after?.hangUpPending) this.hangUp(after)
  }

  async #capStillRunning({ id }: Call) {
    const { lifecycle, clock, log } = this.#deps
    log.warn('a call that was still running lost its slot by the hard cap', { call_id: id })
    const over = await lifecycle.changeWithRetry(id, (before) => releaseStillRunning(before, clock.now()))
    if (over?.hangUpPending) this.hangUp(over)
  }

  async #fetchDetails(call: Call) {
    const { lifecycle, clock, log } = this.#deps
    const report = await this.#fetchStatus(call)
    log.info('asked for the details of a call', { call_id: call.id, outcome: report.outcome })
    await lifecycle.changeWithRetry(call.id, (before) => afterDetails(before, report, clock.now()))
  }

  async #fetchStatus(call: Call): Promise<Report> {
    try {
      return await (await run(this.#deps.provider(call))).fetchStatus(call)
    } catch (error) {
      this.#deps.log.warn('provider could not be asked', { call_id: call.id, error: String(error) })
      return { outcome: 'unknown', reason: String(error) }
    }
  }

  /** Releases the lease whatever the provider does, then hangs up. */
  async #expire({ id }: Call, now: number) {
    const { capabilities, lifecycle, log } = this.#deps
    log.warn('call ended by the hard cap', { call_id: id })
    const over = await lifecycle.changeWithRetry(id, (before) =>
      isOver(before) ? before : afterCap(before, capabilities(before).lookupByCallId, now),
    )
    if (over?.hangUpPending) this.hangUp(over)
  }

  /** Looks up the provider's id of an order without a response: most providers hang up by that only. */
  async #idsOf(call: Call): Promise<Partial<ProviderIds>> {
    const report = await this.#fetchStatus(call)
    return report.outcome === 'found' ? report : {}
  }

  /** Retried until the provider has hung up, across restarts, for as long as the call may still be going on. */
  async #hangUp(call: Call) {
    const { lifecycle, provider, clock, log } = this.#deps
    let isDone = clock.now() > call.expiresAt + hangUpForMs
    const known = hasIds(call) ? call : withIds(call, await this.#idsOf(call))
    try {
      await (await run(provider(call))).end(known)
      isDone = true
    } catch (error) {
      log.warn('provider could not hang up', { call_id: call.id, again: !isDone, error: String(error) })
    }
    await lifecycle.changeWithRetry(call.id, (before) => ({
      ...withMissingIds(before, known),
      hangUpPending: before.hangUpPending && !isDone,
      lastContactAt: clock.now(),
    }))
  }
}
