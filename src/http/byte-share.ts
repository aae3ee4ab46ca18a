import { ApiError } from '../failures.ts'
import type { ByteBudget } from '../limits/byte-budget.ts'

/** A part of a budget that grows as bytes come in. Disposing of it gives them back. */
export interface ByteShare extends Disposable {
  /** Fails with `reports_busy`. */
  take(bytes: number): void
}

export const shareOf = (budget: ByteBudget): ByteShare => {
  let own = 0
  let isGiven = false
  return {
    take: (bytes) => {
      if (isGiven || !budget.tryTake(bytes)) throw new ApiError('reports_busy', { retryAfterSeconds: 1 })
      own += bytes
    },
    [Symbol.dispose]: () => {
      isGiven = true
      budget.give(own)
      own = 0
    },
  }
}
