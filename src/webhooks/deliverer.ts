import type { Commit } from '../commit.ts'
import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import type { Send } from '../outgoing/send.ts'
import { attempt } from './attempt.ts'
import { afterAttempt, type Attempt, type Delivery } from './delivery.ts'

interface Endpoint {
  url: string
}

interface DelivererDeps<Row extends Endpoint> {
  webhooks: {
    find(environmentId: string): Row | undefined
    secrets(row: Row, now: number): string[]
    setEnabled(environmentId: string, enabled: boolean, offReason: string | null): void
  }
  deliveries: {
    endpointsDue(now: number): string[]
    due(environmentId: string, now: number, limit: number): Delivery[]
    find(id: string): Delivery | undefined
    update(before: Delivery, after: Delivery): void
    keepOrder(callId: string | null): void
  }
  send: Send
  commit: Commit
  clock: Clock
  log: Record<'info' | 'warn', (message: string, facts: Record<string, unknown>) => void>
  /** A number from 0 to 1. */
  random(): number
  /** Is told of every attempt that is on record; `isDead` when it was the last. */
  attempted?(result: Attempt['verdict'], tookMs: number, isDead: boolean): void
}

/** How often to look for what other processes made due. */
const lookMs = 1000
/** Attempts at once: for one endpoint, for one whose last attempt failed, and for all of them. */
const perEndpoint = 4
const perFailing = 1
const inAll = 120

/**
 * Brings the outbox to its endpoints, at least once. What is due is read from the disk as there is room for it, so that
 * memory does not grow with the queue; each endpoint has room of its own, so that a slow one holds up no other.
 */
export class Deliverer<Row extends Endpoint> {
  readonly #deps: DelivererDeps<Row>
  readonly #underWay = new Map<string, Map<string, Promise<void>>>()
  readonly #failing = new Set<string>()
  #count = 0
  /** The room for all goes round: a look begins behind the endpoint that was served last. */
  #lastServed = ''
  #stopped = true
  #woken = false
  #cancel: (() => void) | undefined

  constructor(deps: DelivererDeps<Row>) {
    this.#deps = deps
  }

  /** Takes up what is due, then looks around every second until `stop`. */
  start() {
    this.#stopped = false
    this.#look()
  }

  /** Begins nothing more. What is under way can be waited for with `idle`. */
  stop() {
    this.#stopped = true
    this.#cancel?.()
  }

  /** Looks in a later turn of the event loop, once for all who ask in this one. */
  wake() {
    if (this.#woken || this.#stopped) return
    this.#woken = true
    this.#deps.clock.after(0, () => {
      this.#woken = false
      this.#pump()
    })
  }

  /** Whether a delivery is being sent at this moment. */
  isUnderWay({ environmentId, id }: Pick<Delivery, 'environmentId' | 'id'>) {
    return this.#underWay.get(environmentId)?.has(id) ?? false
  }

  get busy() {
    return this.#count > 0
  }

  /** Resolves when no attempt is under way. */
  async idle() {
    while (this.busy) await Promise.all([...this.#underWay.values()].flatMap((each) => [...each.values()]))
  }

  #look() {
    this.#pump()
    if (!this.#stopped) this.#cancel = this.#deps.clock.after(lookMs, () => this.#look())
  }

  #pump() {
    if (this.#stopped) return
    const { deliveries, clock, log } = this.#deps
    try {
      const now = clock.now()
      const due = deliveries.endpointsDue(now)
      const turn = Math.max(
        0,
        due.findIndex((id) => id > this.#lastServed),
      )
      for (const id of [...due.slice(turn), ...due.slice(0, turn)]) this.#fill(id, now)
    } catch (error) {
      log.warn('the outbox could not be read', { error: String(error) })
    }
  }

  #fill(environmentId: string, now: number) {
    const own = this.#underWay.get(environmentId) ?? new Map<string, Promise<void>>()
    const most = this.#failing.has(environmentId) ? perFailing : perEndpoint
    const room = Math.min(most - own.size, inAll - this.#count)
    if (room <= 0) return
    const due = this.#deps.deliveries
      .due(environmentId, now, room + own.size)
      .filter(({ id }) => !own.has(id))
      .slice(0, room)
    for (const delivery of due) {
      this.#lastServed = environmentId
      this.#count++
      this.#underWay.set(environmentId, own)
      own.set(
        delivery.id,
        this.#deliver(delivery).finally(() => {
          this.#count--
          own.delete(delivery.id)
          if (own.size === 0) this.#underWay.delete(environmentId)
          this.wake()
        }),
      )
    }
  }

  async #deliver({ id, environmentId, payload }: Delivery) {
    const { webhooks, clock, log } = this.#deps
    try {
      const endpoint = webhooks.find(environmentId)
      if (!endpoint) return
      const secrets = webhooks.secrets(endpoint, clock.now())
      const tried = await attempt(this.#deps, endpoint.url, secrets, { id, payload })
      if (tried.verdict === 'delivered') this.#failing.delete(environmentId)
      else this.#failing.add(environmentId)
      await this.#record(id, tried, endpoint.url)
    } catch (error) {
      log.warn('a webhook could not be sent', { delivery_id: id, error: String(error) })
      await this.#record(id, notTried(error))
    }
  }

  /** Tried again until the disk takes it or the process stops: else the endpoint would be told without end. */
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
    const { webhooks, deliveries, commit, clock, log, random, attempted } = this.#deps
    const saved = await commit(() => {
      const before = deliveries.find(id)
      // Removed with its endpoint in the meantime.
      if (before?.state !== 'pending') return undefined
      const isReplaced = webhooks.find(before.environmentId)?.url !== url
      const tried = isReplaced ? fromReplaced(told) : told
      const after = afterAttempt(before, tried, clock.now(), random())
      deliveries.update(before, after)
      if (tried.verdict !== 'delivered') deliveries.keepOrder(after.callId)
      if (tried.verdict === 'gone') webhooks.setEnabled(after.environmentId, false, tried.error)
      return { ...after, verdict: tried.verdict }
    })
    if (!saved) return
    attempted?.(saved.verdict, told.tookMs, saved.state === 'dead')
    const facts = { delivery_id: id, environment_id: saved.environmentId, attempts: saved.attempts }
    if (saved.state === 'dead')
      log.warn('a webhook delivery was given up', { ...facts, status: saved.lastStatus })
    if (saved.verdict === 'gone') log.warn('a webhook endpoint was switched off: it answered 410', facts)
  }
}

/** An address that another one has replaced since it was asked speaks for itself alone. */
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
