import type { Clock } from '../../src/clock.ts'

interface Timer {
  at: number
  action: () => void
}

/** A clock that stands still until it is told to move, and then runs every timer on its way. */
export class FixedClock implements Clock {
  #elapsedMs = 0
  #timers = new Set<Timer>()
  #startedAt: number

  constructor(startedAt = Date.parse('2026-01-15T12:00:00Z')) {
    this.#startedAt = startedAt
  }

  now() {
    return this.#startedAt + this.#elapsedMs
  }

  /** Sets the wall clock, as an administrator or a time server does; monotonic time knows nothing of it. */
  step(ms: number) {
    this.#startedAt += ms
  }

  monotonic() {
    return this.#elapsedMs
  }

  after(delayMs: number, action: () => void) {
    const timer = { at: this.#elapsedMs + delayMs, action }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Moves time and lets everything that becomes due, and the commits that follow from it, happen. */
  async advance(ms: number) {
    const target = this.#elapsedMs + ms
    await settled()
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= target).toSorted((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers.delete(due)
      this.#elapsedMs = Math.max(this.#elapsedMs, due.at)
      due.action()
      await settled()
    }
    this.#elapsedMs = target
    await settled()
  }
}

/** A clock that runs so many times faster than the system's since `origin`, in wall-clock milliseconds: alike in all processes. */
export const createFastClock = (origin: number, speed: number): Clock => ({
  now: () => Math.round(origin + (Date.now() - origin) * speed),
  monotonic: () => performance.now() * speed,
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs / speed)
    return () => clearTimeout(timer)
  },
})

/** A few turns of the event loop: enough for a group commit and what waits for it. */
export const settled = async () => {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve))
}
