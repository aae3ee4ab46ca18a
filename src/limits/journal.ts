/** What the windows held at a moment: all of it, or what was granted since the entry before. */
interface Entry {
  /** Wall-clock milliseconds. */
  writtenAt: number
  /** By environment: milliseconds before `writtenAt`, and how many grants there were then, in turn. */
  grants: Record<string, number[]>
  /** The number of the newest grant at that moment. */
  lastGrant: number
}

interface RestorableWindows {
  restore(id: string, times: Iterable<number>): void
  /** The times of what was granted since the last reading, or of all in the window, oldest first. */
  unread(nowMs: number, all: boolean): Iterable<[id: string, times: number[]]>
  /** Drops what is idle. */
  sweep(nowMs: number): void
  /** How many ids hold memory. */
  readonly size: number
}

interface StoredCall {
  environmentId: string
  createdAt: number
  grantNumber: number | null
}

interface JournalStore {
  /** The newest entry and those before it, oldest first, and the calls that were stored after it: all since then. */
  read(since: number): { entries: Entry[]; calls: StoredCall[] }
  /** Adds an entry, and removes the others: those written until then. */
  append(entry: Entry, removeUntil: number): void
}

interface JournalDeps {
  windows: RestorableWindows
  windowSeconds: number
  store: JournalStore
  commit(operation: () => void): Promise<void>
  clock: { now(): number; monotonic(): number; after(delayMs: number, action: () => void): () => void }
  log: { warn(message: string, facts: Record<string, unknown>): void }
}

/** A second, less what a late timer and the commit may take of it. */
const everyMs = 900
/** Entries tell ages by the wall clock: once it has moved this far against the monotonic one, all is written anew. */
const driftMs = 10

/**
 * Keeps windows over a restart. What was granted is written once a second and at a clean stop; what comes after the last
 * entry ends with the process, but for the calls that came of it, which are rows. Where clocks leave a doubt, a restored
 * grant stays for longer: at most for the window's length from the start on.
 */
export class WindowJournal {
  readonly #deps: JournalDeps
  readonly #spanMs: number
  #lastGrant = 0
  /** Whether the windows hold what no entry has. */
  #isDue = false
  /** Whether the next entry has to hold all and replace the others: they lack something, or tell another clock's time. */
  #isStale = true
  /** How far the wall clock was ahead of the monotonic one when all was last written. */
  #aheadMs: number
  #isFailing = false
  #isStopped = false
  #cancel: (() => void) | undefined

  constructor(deps: JournalDeps) {
    this.#deps = deps
    this.#spanMs = deps.windowSeconds * 1000
    this.#aheadMs = this.#ahead()
  }

  /** Fills the windows with what earlier processes granted. Called once, before the first grant. */
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
      // Without any entry, every call may have taken a grant.
      if (last && (grantNumber ?? 0) <= last.lastGrant) continue
      add(environmentId, elapsedMs(createdAt, now), 1)
    }
    for (const [id, found] of times) windows.restore(id, Float64Array.from(found).toSorted())
    if (times.size > 0 || Object.keys(last?.grants ?? {}).length > 0) this.#arm()
  }

  /** Numbers a grant that was just taken, and sees to it that it is on disk within a second. */
  note(): number {
    this.#arm()
    return ++this.#lastGrant
  }

  /** Writes what is not on disk yet. */
  stop() {
    this.#isStopped = true
    this.#cancel?.()
    try {
      if (this.#hasNews()) this.#append()
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

  /** Once a second until the windows are empty, and so are the entries: a clock set back must not bring old ones to life. */
  async #tick() {
    const { windows, commit, clock } = this.#deps
    windows.sweep(clock.monotonic())
    if (windows.size === 0) this.#isStale = this.#isDue = true
    try {
      if (this.#hasNews()) await commit(() => this.#append())
      this.#isFailing = false
    } catch (error) {
      // The stop has written all of it, or has said that it could not.
      if (!this.#isStopped) this.#failed(error)
    }
    const goesOn = !this.#isStopped && (windows.size > 0 || this.#isDue)
    this.#cancel = goesOn ? this.#later() : undefined
  }

  #hasNews() {
    if (Math.abs(this.#ahead() - this.#aheadMs) > driftMs) this.#isStale = this.#isDue = true
    return this.#isDue
  }

  #append() {
    const { windows, store, clock } = this.#deps
    const [writtenAt, nowMs] = [clock.now(), clock.monotonic()]
    const grants: Entry['grants'] = {}
    for (const [id, times] of windows.unread(nowMs, this.#isStale)) grants[id] = agesOf(times, nowMs)
    const removeUntil = this.#isStale ? Number.MAX_SAFE_INTEGER : writtenAt - this.#spanMs
    store.append({ writtenAt, grants, lastGrant: this.#lastGrant }, removeUntil)
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

/** In turn: how many milliseconds ago, and how many at that time. */
const agesOf = (times: number[], nowMs: number) => {
  const ages: number[] = []
  for (const time of times) {
    const ageMs = Math.floor(nowMs - time)
    if (ages.at(-2) === ageMs) ages[ages.length - 1]!++
    else ages.push(ageMs, 1)
  }
  return ages
}

/** Both are cut to whole milliseconds, so that one less may have passed; none has where the clock was set back. */
const elapsedMs = (from: number, to: number) => Math.max(0, to - from - 1)
