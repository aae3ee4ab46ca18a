import type { Commit } from '../commit.ts'
import { atOnce, type Work } from '../work.ts'

/** The content of the windows at a moment: all grants, or those since the entry before. */
interface Entry {
  /** Wall-clock milliseconds. */
  writtenAt: number
  /** Per environment, pairs: milliseconds before `writtenAt`, and the number of grants at that time. */
  grants: Record<string, number[]>
  /** The number of the newest grant at that moment. */
  lastGrant: number
}

interface RestorableWindows {
  restore(id: string, times: Iterable<number>): void
  /** The times of the grants since the last read, or of all in the window, oldest first. */
  unread(nowMs: number, all: boolean): Iterable<[id: string, times: number[]]>
  /** Frees idle logs. */
  sweep(nowMs: number): void
  /** The number of ids that hold memory. */
  readonly size: number
}

interface StoredCall {
  environmentId: string
  createdAt: number
  grantNumber: number | null
}

interface JournalStore {
  /** The newest complete entry with those after it, oldest first, and the calls that were stored since then. */
  read(since: number): { entries: Entry[]; calls: StoredCall[] }
  /** Replaces all earlier entries by this one. */
  append(entry: Entry, removeUntil: number): Work<void>
}

interface JournalDeps {
  windows: RestorableWindows
  windowSeconds: number
  store: JournalStore
  commit: Commit
  clock: { now(): number; monotonic(): number; after(delayMs: number, action: () => void): () => void }
  log: { warn(message: string, facts: Record<string, unknown>): void }
}

/** One second, less the delay of a late timer and of the commit. */
const everyMs = 900
/**
 * Entries give ages by the wall clock: once it has moved this far against the monotonic clock, everything is written
 * again.
 */
const driftMs = 10

/**
 * Keeps windows across restarts. Grants are written once a second and at a clean stop. A crash loses the grants since
 * the last entry, except those of calls, which have rows. Where clocks leave a doubt, a restored grant stays longer, at
 * most for one window after the start.
 */
export class WindowJournal {
  readonly #deps: JournalDeps
  readonly #spanMs: number
  #lastGrant = 0
  /** True when the windows have grants that no entry holds. */
  #isDue = false
  /**
   * True when the next entry has to hold everything and replace the others, because they lack grants or use another
   * clock time.
   */
  #isStale = true
  /** The difference of the clocks (wall minus monotonic) at the last complete entry. */
  #aheadMs: number
  #isFailing = false
  #isStopped = false
  #cancel: (() => void) | undefined

  constructor(deps: JournalDeps) {
    this.#deps = deps
    this.#spanMs = deps.windowSeconds * 1000
    this.#aheadMs = this.#ahead()
  }

  /** Fills the windows with the grants of earlier processes. Called once, before the first grant. */
  restore() {
    const { windows, store, clock } = this.#deps
    const [now, nowMs] = [clock.now(), clock.monotonic()]
    const { entries, calls } = store.read(now - this.#spanMs)
    const last = entries.at(-1)
    const times = new Map<string, number[]>()
    const add = (id: string, ageMs: number, grants: number) => {
      if (ageMs >= this.#spanMs) return
      const known = times.get(id) ?? []
      if (known.length === 0) times.set(id, known)
      for (let added = 0; added < grants; added++) known.push(nowMs - ageMs)
    }
    for (const { writtenAt, grants } of entries) {
      const sinceMs = elapsedMs(writtenAt, now)
      for (const [id, ages] of Object.entries(grants))
        for (let at = 0; at < ages.length; at += 2) add(id, sinceMs + (ages[at] ?? 0), ages[at + 1] ?? 0)
    }
    this.#lastGrant = last?.lastGrant ?? 0
    for (const { environmentId, createdAt, grantNumber } of calls) {
      // Without an entry, any of the calls may have taken a grant.
      if (last && (grantNumber ?? 0) <= last.lastGrant) continue
      add(environmentId, elapsedMs(createdAt, now), 1)
    }
    for (const [id, found] of times) windows.restore(id, Float64Array.from(found).toSorted())
    if (times.size > 0 || Object.keys(last?.grants ?? {}).length > 0) this.#arm()
  }

  /** Numbers a grant, and schedules its entry within a second. */
  note(): number {
    this.#arm()
    return ++this.#lastGrant
  }

  /** Writes the remaining grants. */
  stop() {
    this.#isStopped = true
    this.#cancel?.()
    try {
      if (this.#hasNews()) atOnce(this.#append())
    } catch (error) {
      this.#failed(error)
    }
  }

  #arm() {
    this.#isDue = true
    this.#cancel ??= this.#later()
  }

  #later() {
    return this.#deps.clock.after(everyMs, () => void this.#tick())
  }

  /**
   * Once a second until the windows and the entries are empty: after a clock is set back, old entries must not count
   * again.
   */
  async #tick() {
    const { windows, commit, clock } = this.#deps
    windows.sweep(clock.monotonic())
    if (windows.size === 0) this.#isStale = this.#isDue = true
    try {
      if (this.#hasNews()) await commit(() => this.#append())
      this.#isFailing = false
    } catch (error) {
      // `stop` has written everything, or has logged that it could not.
      if (!this.#isStopped) this.#failed(error)
    }
    const goesOn = !this.#isStopped && (windows.size > 0 || this.#isDue)
    this.#cancel = goesOn ? this.#later() : undefined
  }

  #hasNews() {
    if (Math.abs(this.#ahead() - this.#aheadMs) > driftMs) this.#isStale = this.#isDue = true
    return this.#isDue
  }

  *#append(): Work<void> {
    const { windows, store, clock } = this.#deps
    const [writtenAt, nowMs] = [clock.now(), clock.monotonic()]
    const grants: Entry['grants'] = {}
    for (const [id, times] of windows.unread(nowMs, this.#isStale)) grants[id] = agesOf(times, nowMs)
    const removeUntil = this.#isStale ? Number.MAX_SAFE_INTEGER : writtenAt - this.#spanMs
    yield* store.append({ writtenAt, grants, lastGrant: this.#lastGrant }, removeUntil)
    if (this.#isStale) this.#aheadMs = writtenAt - nowMs
    this.#isStale = this.#isDue = false
  }

  #failed(error: unknown) {
    this.#isStale = this.#isDue = true
    if (!this.#isFailing) this.#deps.log.warn('windows could not be written', { error: String(error) })
    this.#isFailing = true
  }

  #ahead() {
    const { clock } = this.#deps
    return clock.now() - clock.monotonic()
  }
}

/** Pairs: milliseconds ago, and the number of grants at that time. */
const agesOf = (times: number[], nowMs: number) => {
  const ages: number[] = []
  for (const time of times) {
    const ageMs = Math.floor(nowMs - time)
    if (ages.at(-2) === ageMs) ages[ages.length - 1]!++
    else ages.push(ageMs, 1)
  }
  return ages
}

/** The elapsed milliseconds, rounded down because both times were; 0 where the clock was set back. */
const elapsedMs = (from: number, to: number) => Math.max(0, to - from - 1)
