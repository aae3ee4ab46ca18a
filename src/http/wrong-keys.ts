import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import { Windows } from '../limits/window.ts'
import { throttleAddress } from './address.ts'

const wrongKeysPerMinute = 60
/** Bounds the memory of a flood from ever new addresses; addresses beyond it share one count. */
const countedAddresses = 50_000

/** Throttles guessing: counts a wrong key against its address, and returns the error above the limit. */
export const createCountWrongKey = (clock: Clock) => {
  const wrongKeys = new Windows(60_000)

  return (address: string | null): ApiError | undefined => {
    const id = wrongKeys.size < countedAddresses ? throttleAddress(address) : 'others'
    const count = wrongKeys.take(id, wrongKeysPerMinute, clock.monotonic())
    if (count.granted) return undefined
    return new ApiError('too_many_invalid_keys', { retryAfterSeconds: count.resetSeconds })
  }
}
