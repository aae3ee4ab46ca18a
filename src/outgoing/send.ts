import { type DialDeps, type DialledRequest, lost, reach, type Unanswered } from './dial.ts'

/**
 * The result of an outgoing request. `unsent` never left; `lost` may have arrived, but its response did not, or not
 * whole.
 */
type SendResult = Answer | Unanswered

interface Answer {
  kind: 'answered'
  status: number
  headers: Headers
  body: Uint8Array
}

interface OutgoingRequest extends DialledRequest {
  /** The most bytes of the response's body that are read. */
  limitBytes: number
  /**
   * For a body that is longer or breaks off: `lost` discards the response, `cut` keeps the bytes so far, for callers
   * that only need the status.
   */
  beyondLimit: 'lost' | 'cut'
}

/** Sends a request once. Failures of the other side are values, never exceptions. */
export type Send = (url: string, request: OutgoingRequest) => Promise<SendResult>

/** Sends a request through the guard, and reads the response to its end or its limit. */
export const createSend =
  (deps: DialDeps): Send =>
  (url, request) => {
    const signal = AbortSignal.timeout(request.timeoutMs)
    return reach(deps, url, { ...request, signal }, async (response): Promise<SendResult> => {
      try {
        const body = await readBody(response, request)
        return { kind: 'answered', status: response.status, headers: response.headers, body }
      } catch (error) {
        if (error instanceof TooLarge) return lost('its response was too large')
        throw error
      }
    })
  }

class TooLarge extends Error {}

/** Leaving the loop closes the connection, so that the rest is not sent for long. */
const readBody = async (response: Response, { limitBytes, beyondLimit }: OutgoingLimits) => {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size > limitBytes) throw new TooLarge()
    }
  } catch (error) {
    if (beyondLimit === 'lost') throw error
  }
  return Buffer.concat(chunks).subarray(0, limitBytes)
}

type OutgoingLimits = Pick<OutgoingRequest, 'limitBytes' | 'beyondLimit'>
