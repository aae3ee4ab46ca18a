import { AddressWindows } from '../../address-windows.ts'
import type { Clock } from '../../clock.ts'
import { ApiError } from '../../failures.ts'

const wrongSignaturesPerMinute = 60

/**
 * Throttles guessing at an account's hook secret: counts a wrong signature against its address, and returns the error
 * above the limit. A right one is taken all the same.
 */
export const createCountWrongSignature = (clock: Pick<Clock, 'monotonic'>) => {
  const wrong = new AddressWindows(60_000)

  return (accountId: string, address: string | null): ApiError | undefined => {
    const count = wrong.take(address, wrongSignaturesPerMinute, clock.monotonic(), accountId)
    if (count.granted) return undefined
    return new ApiError('too_many_invalid_signatures', { retryAfterSeconds: count.resetSeconds })
  }
}
