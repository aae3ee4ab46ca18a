import { ApiError } from '../failures.ts'

/**
 * Fails with `request_aborted` when the client has disconnected. To be called inside the commit: the response follows
 * in the same turn of the event loop, so the connection cannot end between the two.
 */
export const requireConnected = (signal: AbortSignal | undefined) => {
  if (signal?.aborted) throw new ApiError('request_aborted')
}
