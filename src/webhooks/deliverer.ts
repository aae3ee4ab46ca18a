import type { Commit } from '../commit.ts'
import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import { afterAttempt, type Attempt, type Sending } from './delivery.ts'
import { run, type Work } from '../work.ts'

interface Endpoint {
  url: string
}

interface DelivererDeps<Row extends Endpoint, Sent extends Sending, Id extends string> {
  endpoints: {
    find(id: Id): Work<Row | undefined>
    /** Ends the sending to an endpoint that wants no more. */
    switchOff(id: Id, reason: string | null): Work<void>
  }
  /** The id of the endpoint that a delivery goes to. */
  endpointOf(delivery: Sent): Id
  deliveries: {
    endpointsDue(now: number): Work<Id[]>
    due(endpointId: Id, now: number, limit: number): Work<Sent[]>
    find(id: string): Work<Sent | undefined>
    update(before: Sent, after: Sent): Work<void>
    /** Called after a failed attempt, for what has to wait for this delivery. */
    postpone?(delivery: Sent): Work<void>
  }
  attempt(endpoint: Row, delivery: Sent): Promise<Attempt>
  commit: Commit
  clock: Clock
  log: Record<'info' | 'warn', (message: string, facts: Record<string, unknown>) => void>
  /** A number from 0 to 1. */
  random(): number
  /** Called for every stored attempt; `isDead` when it was the last one. */
  attempted?(result: Attempt['verdict'], tookMs: number, isDead: boolean): void
}

/** The interval between looks for deliveries that other processes made due. */
const lookMs = 1000
/** Concurrent attempts: per endpoint, per endpoint whose last attempt failed, and in total. */
const perEndpoint = 4
const perFailing = 1
const inAll = 120

/**
 * Delivers the outbox to the endpoints, at least once. Due deliveries are read from disk as slots become free, so that
 * memory does not grow with the queue. Each endpoint has slots of its own, so that a slow one delays no other.
 */
export class Deliverer<Row extends Endpoint, Sent extends Sending, Id extends string = string> {
  readonly #deps: DelivererDeps<Row, Sent, Id>
  readonly #underWay = new Map<Id, Map<string, Promise<void>>>()
  readonly #failing = new Set<Id>()
  #count = 0
  /** Round robin: a look starts after the endpoint that was served last. */
  #lastServed = ''
  #stopped = true
  #woken = false
  #cancel: (() => void) | undefined

  constructor(deps: DelivererDeps<Row, Sent, Id>) {
    this.#deps = deps
  }

  /** Starts due deliveries, then looks every second until `stop`. */
  start() {
    this.#stopped = false
    void run(this.#look())
  }

  /** Starts no more attempts; `idle` waits for the current ones. */
  stop() {
    this.#stopped = true
    this.#cancel?.()
  }

  /** Schedules one look in a later turn of the event loop, however often it is called in this one. */
  wake() {
    if (this.#woken || this.#stopped) return
    this.#woken = true
    this.#deps.clock.after(0, () => {
      this.#woken = false
      void run(this.#pump())
    })
  }

  /** Whether a delivery is being sent at this moment. */
  isUnderWay(delivery: Sent) {
    return this.#underWay.get(this.#deps.endpointOf(delivery))?.has(delivery.id) ?? false
  }

  get busy() {
    return this.#count > 0
  }

  /** Resolves when no attempt is in progress. */
  async idle() {
    while (this.busy) await Promise.all([...this.#underWay.values()].flatMap((each) => [...each.values()]))
  }

  *#look() {
    yield* this.#pump()
    if (!this.#stopped) this.#cancel = this.#deps.clock.after(lookMs, () => void run(this.#look()))
  }

  *#pump() {
    if (this.#stopped) return
    const { deliveries, clock, log } = this.#deps
    try {
      const now = clock.now()
      const due = yield* deliveries.endpointsDue(now)
      const turn = Math.max(
        0,
        due.findIndex((id) => id > this.#lastServed),
      )
      for (const id of [...due.slice(turn), ...due.slice(0, turn)]) yield* this.#fill(id, now)
    } catch (error) {
      log.warn('the outbox could not be read', { error: String(error) })
    }
  }

  *#fill(endpointId: Id, now: number) {
    const own = this.#underWay.get(endpointId) ?? new Map<string, Promise<void>>()
    const most = this.#failing.has(endpointId) ? perFailing : perEndpoint
    const room = Math.min(most - own.size, inAll - this.#count)
    if (room <= 0) return
    const due = (yield* this.#deps.deliveries.due(endpointId, now, room + own.size))
      .filter(({ id }) => !own.has(id))
      .slice(0, room)
    for (const delivery of due) {
      this.#lastServed = endpointId
      this.#count++
      this.#underWay.set(endpointId, own)
      own.set(
        delivery.id,
        this.#deliver(delivery).finally(() => {
          this.#count--
          own.delete(delivery.id)
          if (own.size === 0) this.#underWay.delete(endpointId)
          this.wake()
        }),
      )
    }
  }

  async #deliver(delivery: Sent) {
    const { endpoints, endpointOf, attempt, log } = this.#deps
    const { id } = delivery
    const endpointId = endpointOf(delivery)
    try {
      const endpoint = await run(endpoints.find(endpointId))
      if (!endpoint) return
      const tried = await attempt(endpoint, delivery)
      if (tried.verdict === 'delivered') this.#failing.delete(endpointId)
      else this.#failing.add(endpointId)
      await this.#record(id, tried, endpoint.url)
    } catch (error) {
      log.warn('a webhook could not be sent', { delivery_id: id, error: String(error) })
      await this.#record(id, notTried(error))
    }
  }

  /** Retried until the disk takes it or the process stops: otherwise the same event would be sent forever. */
  async #record(id: string, tried: Attempt, url?: string) {
    for (;;) {
      try {
        return await this.#save(id, tried, url)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (this.#stopped) return
        await new Promise<void>((wake) => this.#deps.clock.after(lookMs, wake))
      }
    }
  }

  async #save(id: string, told: Attempt, url?: string) {
    const { endpoints, endpointOf, deliveries, commit, clock, log, random, attempted } = this.#deps
    const saved = await commit(function* () {
      const before = yield* deliveries.find(id)
      // The delivery was removed with its endpoint in the meantime.
      if (before?.state !== 'pending') return undefined
      const endpointId = endpointOf(before)
      const isReplaced = (yield* endpoints.find(endpointId))?.url !== url
      const tried = isReplaced ? fromReplaced(told) : told
      const after = afterAttempt(before, tried, clock.now(), random())
      yield* deliveries.update(before, after)
      if (deliveries.postpone && tried.verdict !== 'delivered') yield* deliveries.postpone(after)
      if (tried.verdict === 'gone') yield* endpoints.switchOff(endpointId, tried.error)
      return {
        endpointId,
        state: after.state,
        status: after.lastStatus,
        attempts: after.attempts,
        verdict: tried.verdict,
      }
    })
    if (!saved) return
    attempted?.(saved.verdict, told.tookMs, saved.state === 'dead')
    const facts = { delivery_id: id, endpoint_id: saved.endpointId, attempts: saved.attempts }
    if (saved.state === 'dead')
      log.warn('a webhook delivery was given up', { ...facts, status: saved.status })
    if (saved.verdict === 'gone') log.warn('a webhook endpoint was switched off: it answered 410', facts)
  }
}

/** The endpoint's URL was replaced during the attempt, so the result says nothing about the new one. */
const fromReplaced = (told: Attempt): Attempt => ({
  ...told,
  verdict: told.verdict === 'gone' ? 'failed' : told.verdict,
})

const notTried = (error: unknown): Attempt => ({
  verdict: 'failed',
  status: null,
  answer: null,
  error: error instanceof Error ? error.message : 'It could not be sent.',
  retryAfterMs: 0,
  tookMs: 0,
})
