import { type Action, actedBy, type AuditActor, type AuditEntry } from '../audit.ts'
import type { Clock } from '../clock.ts'
import { run, type Work } from '../work.ts'

/** Something that was attempted and denied. */
interface Denial {
  action: Extract<Action, 'sign_in.failed' | 'operation.denied' | 'hook.rejected'>
  actor: AuditActor
  /** The agency that may see it; null for operators only. */
  agency: string | null
  /** The object, in words. Never what somebody typed who is not signed in. */
  target: string
}

export interface CountDenial {
  (denial: Denial): void
}

interface DenialsDeps {
  audit: { recordAll(entries: AuditEntry[]): Work<void> }
  clock: Clock
  log: { warn(message: string, facts?: Record<string, unknown>): void }
}

const minuteMs = 60_000
/** Bounds the entries of a minute, and so what a flood from ever new addresses costs. Those beyond share one per action. */
const entriesMost = 200
/** The objects that one entry names; it counts the others as well. */
const targetsMost = 3

interface Counted extends Omit<Denial, 'target'> {
  at: number
  targets: Set<string>
  times: number
}

/**
 * Counts denials by address, action and actor, and writes them to the audit a minute after the first one: attempts in a
 * flood make one entry, and no commit each. A crash loses those of the last minute.
 */
export class Denials {
  readonly #deps: DenialsDeps
  readonly #counted = new Map<string, Counted>()
  #cancel: (() => void) | undefined

  constructor(deps: DenialsDeps) {
    this.#deps = deps
  }

  readonly count: CountDenial = (given) => {
    const denial = this.#counted.size < entriesMost ? given : ofOthers(given)
    const { action, actor, agency, target } = denial
    const key = JSON.stringify([action, actor.address, actor.id ?? null, agency])
    const known = this.#counted.get(key)
    const counted = known ?? {
      action,
      actor,
      agency,
      at: this.#deps.clock.now(),
      targets: new Set(),
      times: 0,
    }
    counted.times++
    if (counted.targets.size < targetsMost) counted.targets.add(target)
    if (!known) this.#counted.set(key, counted)
    this.#cancel ??= this.#deps.clock.after(minuteMs, () => void run(this.flush()))
  };

  /** Writes what was counted. What cannot be written now is written a minute later. */
  *flush() {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#counted.size === 0) return
    const { audit, clock, log } = this.#deps
    try {
      yield* audit.recordAll([...this.#counted.values()].map(entryOf))
      this.#counted.clear()
    } catch (error) {
      log.warn('denied attempts could not be written to the audit', { error: String(error) })
      this.#cancel = clock.after(minuteMs, () => void run(this.flush()))
    }
  }
}

const entryOf = ({ action, actor, agency, at, targets, times }: Counted): AuditEntry => ({
  ...actedBy(actor, at),
  action,
  agency,
  target: [...targets].join(', '),
  times,
})

const ofOthers = ({ action }: Denial): Denial => ({
  action,
  actor: { name: 'others', address: null },
  agency: null,
  target: 'from further addresses',
})
