import { ApiError } from '../failures.ts'
import type { Fence } from './fence.ts'

export const doNotCall: Fence = function* ({ counters }) {
  return (yield* counters.isListed()) ? new ApiError('do_not_call') : undefined
}
