import { ApiError } from '../failures.ts'

/** A part of a budget that grows as bytes come in. Disposing of it gives them back. */
export interface ByteShare extends Disposable {
  /** Fails with `reports_busy`. */
  take(bytes: number): void
}

/** How many bytes may be in memory at once, by all who have a share. */
export const createByteBudget = (most: number) => {
  let held = 0
  return {
    share: (): ByteShare => {
      let own = 0
      let isGiven = false
      return {
        take: (bytes) => {
          if (isGiven || held + bytes > most) throw new ApiError('reports_busy', { retryAfterSeconds: 1 })
          held += bytes
          own += bytes
        },
        [Symbol.dispose]: () => {
          isGiven = true
          held -= own
          own = 0
        },
      }
    },
  }
}
