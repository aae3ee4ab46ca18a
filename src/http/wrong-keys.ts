import { AddressWindows } from '../address-windows.ts'
import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'

const wrongKeysPerMinute = 60

/** Throttles guessing: counts a wrong key against its address, and returns the error above the limit. */
export const createCountWrongKey = (clock: Clock) => {
  const wrongKeys = new AddressWindows(60_000)

  return (address: string | null): ApiError | undefined => {
    const count = wrongKeys.take(address, wrongKeysPerMinute, clock.monotonic())
    if (count.granted) return undefined
    return new ApiError('too_many_invalid_keys', { retryAfterSeconds: count.resetSeconds })
  }
}
