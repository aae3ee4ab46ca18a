import { idempotencyMs } from './calls/idempotency.ts'
import type { Commit } from './commit.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Work } from './work.ts'

/** The number of rows that a step removed, and whether more remain. */
interface Step {
  removed: number
  isLast: boolean
}

type Remove = (before: number, limit: number) => Work<Step>

/** A kind of row with a retention time, and the way to remove a few of those before a moment. */
interface Kept {
  name: string
  keptMs: number
  remove: Remove
}

type PlainRows =
  | 'alerts'
  | 'alertDeliveries'
  | 'thresholds'
  | 'deliveries'
  | 'idempotency'
  | 'totals'
  | 'clients'
  | 'refusals'
  | 'knownAddresses'
  | 'expired'
  | 'dialled'
  | 'spending'
  | 'audit'

interface OldRows extends Record<PlainRows, Remove> {
  calls(before: number, limit: number, rememberedSince: number): Work<Step>
  figures(span: 'minute' | 'hour', before: number, limit: number): Work<Step>
}

interface DeletedAgencies {
  purge(limit: number): Work<Step>
}

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
/** The charts show minutes for the last hour only. */
const minutesKeptMs = 2 * hourMs
/** From an address that has not been used for so long, somebody signs in as from a new one. */
const addressesKeptMs = 90 * dayMs
/** The longest span in which calls to one number are counted, and an hour. */
const dialledKeptMs = dayMs + hourMs
/** More than a year, so that a month can be compared with the one a year before. */
const spendingKeptMs = 400 * dayMs

/** Longer than the month of a budget. */
const thresholdsKeptMs = 40 * dayMs

/** All kinds of rows with a retention time, configured or fixed. */
export const keptRows = (
  keepDays: Config['keepDays'],
  rows: OldRows,
  deletedAgencies: DeletedAgencies,
): Kept[] => {
  const { calls, deliveries, refusals, usage, audit } = keepDays
  const kept: [name: string, keptMs: number, remove: Remove][] = [
    ['minutes of usage', minutesKeptMs, (before, limit) => rows.figures('minute', before, limit)],
    ['idempotency keys', idempotencyMs, rows.idempotency],
    ['hours of usage', usage * dayMs, (before, limit) => rows.figures('hour', before, limit)],
    ['totals of usage', usage * dayMs, rows.totals],
    ['key clients', usage * dayMs, rows.clients],
    ['refusals', refusals * dayMs, rows.refusals],
    ['deliveries', deliveries * dayMs, rows.deliveries],
    [
      'calls',
      calls * dayMs,
      (before, limit) => rows.calls(before, limit, before + calls * dayMs - idempotencyMs),
    ],
    ['addresses of people', addressesKeptMs, rows.knownAddresses],
    ['numbers called in the last day', dialledKeptMs, rows.dialled],
    ['days of spending', spendingKeptMs, rows.spending],
    ['thresholds of budgets', thresholdsKeptMs, rows.thresholds],
    ['deliveries of alerts', deliveries * dayMs, rows.alertDeliveries],
    ['alerts', audit * dayMs, rows.alerts],
    ['audit', audit * dayMs, rows.audit],
  ]
  return [
    ...kept.filter(([, keptMs]) => keptMs > 0).map(([name, keptMs, remove]) => ({ name, keptMs, remove })),
    { name: 'expired do-not-call entries', keptMs: 0, remove: rows.expired },
    { name: 'what deleted agencies had', keptMs: 0, remove: (_, limit) => deletedAgencies.purge(limit) },
  ]
}

interface RetentionDeps {
  kept: Kept[]
  commit: Commit
  clock: Clock
  log: Record<'info' | 'warn', (message: string, facts: Record<string, unknown>) => void>
}

/** The first run waits until the start is over. */
const firstRoundMs = 60_000
const roundMs = hourMs
/** A pause between steps, so that requests get their turn. */
const pauseMs = 250
/** The most rows that one commit removes: it bounds how long other writes wait. */
const rowsAtOnce = 200

/** Removes expired rows once an hour, in steps small enough not to delay requests. */
export class Retention {
  readonly #deps: RetentionDeps
  #stopped = true
  #cancel: (() => void) | undefined

  constructor(deps: RetentionDeps) {
    this.#deps = deps
  }

  start() {
    this.#stopped = false
    this.#later(firstRoundMs, 0, 0)
  }

  stop() {
    this.#stopped = true
    this.#cancel?.()
  }

  #later(delayMs: number, place: number, removed: number) {
    if (!this.#stopped) this.#cancel = this.#deps.clock.after(delayMs, () => void this.#step(place, removed))
  }

  /** Removes a step of one kind of row in one commit, then goes on with the next kind; `removed` counts this kind. */
  async #step(place: number, removed: number) {
    const { kept, commit, clock, log } = this.#deps
    const rows = kept[place]
    if (!rows) return this.#later(roundMs, 0, 0)
    try {
      const step = await commit(() => rows.remove(clock.now() - rows.keptMs, rowsAtOnce))
      const sofar = removed + step.removed
      if (!step.isLast) return this.#later(pauseMs, place, sofar)
      if (sofar > 0) log.info('old rows were removed', { what: rows.name, rows: sofar })
    } catch (error) {
      log.warn('old rows could not be removed', { what: rows.name, error: String(error) })
    }
    this.#later(pauseMs, place + 1, 0)
  }
}
