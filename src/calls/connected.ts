import { ApiError } from '../failures.ts'

/**
 * Fails with `request_aborted` where a request's connection has ended. To be called inside the commit: the answer goes out in
 * the same turn of the event loop, so that nothing can end the connection between the two.
 */
export const requireConnected = (signal: AbortSignal | undefined) => {
  if (signal?.aborted) throw new ApiError('request_aborted')
}
