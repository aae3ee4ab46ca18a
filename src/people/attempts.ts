import type { Clock } from '../clock.ts'

const freeFailures = 3
const longestDelayMs = 60_000
const forgivenAfterMs = 15 * 60_000
const rememberedPairs = 10_000

/**
 * Failed attempts by pair of client address and account: each lengthens the wait for that pair only, so that nobody can
 * lock an account from elsewhere.
 */
export class Attempts {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #failures = new Map<string, { count: number; lastAt: number; nextAt: number }>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** The seconds to wait before the next attempt; 0 for none. */
  waitSeconds(pair: string) {
    const now = this.#clock.monotonic()
    return Math.ceil(((this.#failures.get(pair)?.nextAt ?? now) - now) / 1000)
  }

  /** Call it before a check that waits, so that guesses sent at once do not all pass, and `succeed` afterwards. */
  countFailure(pair: string) {
    const now = this.#clock.monotonic()
    const earlier = this.#failures.get(pair)
    const count = earlier && now - earlier.lastAt < forgivenAfterMs ? earlier.count + 1 : 1
    const delayMs = count < freeFailures ? 0 : Math.min(longestDelayMs, 1000 * 2 ** (count - freeFailures))
    this.#failures.delete(pair)
    this.#failures.set(pair, { count, lastAt: now, nextAt: now + delayMs })
    const oldest = this.#failures.keys().next().value
    if (this.#failures.size > rememberedPairs && oldest !== undefined) this.#failures.delete(oldest)
  }

  succeed(pair: string) {
    this.#failures.delete(pair)
  }
}
