import { type DialDeps, type DialledRequest, lost, reach, type Unanswered } from './dial.ts'

/** What became of an outgoing request. `unsent` never left; `lost` may have arrived, but its answer did not, or not whole. */
type SendResult = Answer | Unanswered

interface Answer {
  kind: 'answered'
  status: number
  headers: Headers
  body: Uint8Array
}

interface OutgoingRequest extends DialledRequest {
  /** How much of the answer's body is read. */
  limitBytes: number
  /**
   * When the body is longer or breaks off: `lost` takes it for no answer; `cut` keeps what came, for whom the status is
   * enough.
   */
  beyondLimit: 'lost' | 'cut'
}

/** Sends one request, once. What the other side does is never an exception. */
export type Send = (url: string, request: OutgoingRequest) => Promise<SendResult>

/** Sends a request through the guard, and reads the answer to its end, or as far as it may. */
export const createSend =
  (deps: DialDeps): Send =>
  (url, request) => {
    const signal = AbortSignal.timeout(request.timeoutMs)
    return reach(deps, url, { ...request, signal }, async (response): Promise<SendResult> => {
      try {
        const body = await readBody(response, request)
        return { kind: 'answered', status: response.status, headers: response.headers, body }
      } catch (error) {
        if (error instanceof TooLarge) return lost('its answer was too large')
        throw error
      }
    })
  }

class TooLarge extends Error {}

/** Leaving the loop ends the connection: what is not read is not sent for long. */
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
