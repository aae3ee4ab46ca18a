import { idempotencyMs } from './calls/idempotency.ts'
import type { Commit } from './commit.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'

/** What one step removed, and whether it was the last one to be taken. */
interface Step {
  removed: number
  isLast: boolean
}

type Remove = (before: number, limit: number) => Step

/** Rows that are kept for a time, and the way to remove those from before a moment, a few of them at a time. */
interface Kept {
  name: string
  keptMs: number
  remove: Remove
}

interface OldRows extends Record<'deliveries' | 'idempotency' | 'clients' | 'refusals' | 'audit', Remove> {
  calls(before: number, limit: number, rememberedSince: number): Step
  figures(span: 'minute' | 'hour', before: number, limit: number): Step
}

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
/** The charts show the last hour by the minute. */
const minutesKeptMs = 2 * hourMs

/** Everything that has an age in the configuration, and what is never of use for long. */
export const keptRows = (keepDays: Config['keepDays'], rows: OldRows): Kept[] => {
  const { calls, deliveries, refusals, usage, audit } = keepDays
  const kept: [name: string, keptMs: number, remove: Remove][] = [
    ['minutes of usage', minutesKeptMs, (before, limit) => rows.figures('minute', before, limit)],
    ['idempotency keys', idempotencyMs, rows.idempotency],
    ['hours of usage', usage * dayMs, (before, limit) => rows.figures('hour', before, limit)],
    ['key clients', usage * dayMs, rows.clients],
    ['refusals', refusals * dayMs, rows.refusals],
    ['deliveries', deliveries * dayMs, rows.deliveries],
    [
      'calls',
      calls * dayMs,
      (before, limit) => rows.calls(before, limit, before + calls * dayMs - idempotencyMs),
    ],
    ['audit', audit * dayMs, rows.audit],
  ]
  return kept.filter(([, keptMs]) => keptMs > 0).map(([name, keptMs, remove]) => ({ name, keptMs, remove }))
}

interface RetentionDeps {
  kept: Kept[]
  commit: Commit
  clock: Clock
  log: Record<'info' | 'warn', (message: string, facts: Record<string, unknown>) => void>
}

/** A start has other things to do first. */
const firstRoundMs = 60_000
const roundMs = hourMs
/** Between two steps everybody else has their turn. */
const pauseMs = 250
/** The most that one commit removes, and so the most that anybody waits for. */
const rowsAtOnce = 200

/** Removes what has been kept long enough, once an hour, in steps so small that they stall nobody. */
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

  /** One commit for one kind of row, then the next one; `removed` are those of this kind so far. */
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
