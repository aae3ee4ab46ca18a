/** The decision of a window. A rejection is a value, never an exception. */
export interface WindowDecision {
  granted: boolean
  /** The number of grants left right now. */
  remaining: number
  /** Whole seconds until the next grant becomes free, rounded up: ≥ 1 whenever anything is in the window, else 0. */
  resetSeconds: number
}

/**
 * Sliding logs, one per id: at most `limit` grants in any span of `spanMs`. Exact, because it keeps the time of every
 * grant; a counter per fixed window would let twice the limit through across its edge. Refusals are not recorded.
 * All times are monotonic milliseconds.
 */
export class Windows {
  readonly #logs = new Map<string, GrantLog>()
  readonly #spanMs: number
  #sweepAt = Number.NEGATIVE_INFINITY

  constructor(spanMs: number) {
    this.#spanMs = spanMs
  }

  /** Checks and takes in one step. A changed `limit` applies at once. */
  take(id: string, limit: number, nowMs: number): WindowDecision {
    this.sweep(nowMs)
    const log = this.#logs.get(id) ?? this.#open(id)
    log.dropUntil(nowMs - this.#spanMs)
    const granted = log.size < limit
    if (granted) log.push(nowMs)
    return this.#decision(log, granted, limit, nowMs)
  }

  /** The state that `take` would return, without taking. */
  peek(id: string, limit: number, nowMs: number): WindowDecision {
    const log = this.#logs.get(id)
    if (!log) return { granted: limit > 0, remaining: limit, resetSeconds: 0 }
    log.dropUntil(nowMs - this.#spanMs)
    return this.#decision(log, log.size < limit, limit, nowMs)
  }

  /** The number of grants in the window. */
  count(id: string, nowMs: number) {
    const log = this.#logs.get(id)
    log?.dropUntil(nowMs - this.#spanMs)
    return log?.size ?? 0
  }

  /** Ids with grants in the window, and how many. */
  *active(nowMs: number): Generator<[id: string, grants: number]> {
    for (const id of this.#logs.keys()) {
      const grants = this.count(id, nowMs)
      if (grants > 0) yield [id, grants]
    }
  }

  /** Restores grants of an earlier process: times in rising order, all before any grant of this process. */
  restore(id: string, times: Iterable<number>) {
    const log = this.#logs.get(id) ?? this.#open(id)
    for (const time of times) log.push(time)
  }

  /** The times of the grants in the window, oldest first: all, or those since the last read. */
  *unread(nowMs: number, all: boolean): Generator<[id: string, times: number[]]> {
    for (const [id, log] of this.#logs) {
      if (all) log.dropUntil(nowMs - this.#spanMs)
      else if (!log.hasUnread) continue
      const times = log.read(all)
      if (times.length > 0) yield [id, times]
    }
  }

  /** Frees idle logs and shrinks large ones, at most once per span, so that memory follows use. */
  sweep(nowMs: number) {
    if (nowMs < this.#sweepAt) return
    this.#sweepAt = nowMs + this.#spanMs
    for (const [id, log] of this.#logs)
      if (log.newest <= nowMs - this.#spanMs) this.#logs.delete(id)
      else log.shrink()
  }

  /** The number of ids that hold memory. */
  get size() {
    return this.#logs.size
  }

  #decision(log: GrantLog, granted: boolean, limit: number, nowMs: number): WindowDecision {
    const remaining = Math.max(0, limit - log.size)
    if (log.size === 0) return { granted, remaining, resetSeconds: 0 }
    // After the limit was lowered, several grants must leave before the next one is free.
    const leaver = log.at(Math.min(log.size - 1, Math.max(0, log.size - limit)))
    return {
      granted,
      remaining,
      resetSeconds: Math.max(1, Math.ceil((leaver - nowMs + this.#spanMs) / 1000)),
    }
  }

  #open(id: string) {
    const log = new GrantLog()
    this.#logs.set(id, log)
    return log
  }
}

const firstCapacity = 8

/** Grant times, oldest first, in a ring that doubles when it is full. */
class GrantLog {
  #times = new Float64Array(firstCapacity)
  #head = 0
  #unread = 0
  size = 0

  at(index: number) {
    return this.#times[(this.#head + index) % this.#times.length]!
  }

  get newest() {
    return this.size === 0 ? Number.NEGATIVE_INFINITY : this.at(this.size - 1)
  }

  push(time: number) {
    if (this.size === this.#times.length) this.#resize(this.#times.length * 2)
    this.#times[(this.#head + this.size) % this.#times.length] = time
    this.size++
    this.#unread++
  }

  /** Drops grants made at `time` or earlier: the span is half-open. */
  dropUntil(time: number) {
    while (this.size > 0 && this.at(0) <= time) {
      this.#head = (this.#head + 1) % this.#times.length
      this.size--
    }
  }

  get hasUnread() {
    return this.#unread > 0
  }

  /** Oldest first: all times, or those since the last read. */
  read(all: boolean) {
    const times: number[] = []
    for (let index = all ? 0 : Math.max(0, this.size - this.#unread); index < this.size; index++)
      times.push(this.at(index))
    this.#unread = 0
    return times
  }

  /** Halves the ring while three quarters of it are free. */
  shrink() {
    let capacity = this.#times.length
    while (capacity > firstCapacity && this.size <= capacity / 4) capacity /= 2
    if (capacity < this.#times.length) this.#resize(capacity)
  }

  #resize(capacity: number) {
    const resized = new Float64Array(capacity)
    for (let index = 0; index < this.size; index++) resized[index] = this.at(index)
    this.#times = resized
    this.#head = 0
  }
}
