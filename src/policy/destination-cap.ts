import { ApiError } from '../failures.ts'
import type { Fence } from './fence.ts'
import type { Rules } from './rules.ts'

const minuteMs = 60_000

const spans = [
  ['callsToNumberPerMinute', minuteMs],
  ['callsToNumberPerHour', 60 * minuteMs],
  ['callsToNumberPerDay', 24 * 60 * minuteMs],
] as const satisfies [keyof Rules, number][]

/** The most calls to one number in any minute, hour and day, the calls of all environments of the agency together. */
export const destinationCap: Fence = function* ({ policy: { rules }, counters, now }) {
  const waits: number[] = []
  for (const [name, spanMs] of spans) {
    const most = rules[name]
    if (most === null) continue
    const earlier = yield* counters.callsToNumberSince(now - spanMs)
    // The call that has to leave the span so that one more fits.
    const oldest = earlier.at(-most)
    if (earlier.length >= most && oldest !== undefined) waits.push(oldest + spanMs - now)
  }
  if (waits.length === 0) return undefined
  const retryAfterSeconds = Math.max(1, Math.ceil(Math.max(...waits) / 1000))
  return new ApiError('destination_limited', { retryAfterSeconds })
}
