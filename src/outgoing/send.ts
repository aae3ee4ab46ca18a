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
  /** Waits for room for a large body before the rest of it is read. Without it there always is room. */
  reserve?: Reserve
}

/** Resolves once so many bytes may be held in memory, to what gives them back. Rejects as the signal aborts. */
export type Reserve = (bytes: number, signal: AbortSignal) => Promise<() => void>

/** Sends a request once. Failures of the other side are values, never exceptions. */
export type Send = (url: string, request: OutgoingRequest) => Promise<SendResult>

/** Sends a request through the guard, and reads the response to its end or its limit. */
export const createSend =
  (deps: DialDeps): Send =>
  (url, request) => {
    const signal = AbortSignal.timeout(request.timeoutMs)
    return reach(deps, url, { ...request, signal }, async (response): Promise<SendResult> => {
      try {
        const body = await readBody(response, request, signal)
        return { kind: 'answered', status: response.status, headers: response.headers, body }
      } catch (error) {
        if (error instanceof TooLarge) return lost('its response was too large')
        throw error
      }
    })
  }

class TooLarge extends Error {}

/** Up to here there is room for every response: 256 requests, as many as Bun sends at once, come to 32 MB. */
const smallBytes = 128 * 1024

/** Leaving the loop closes the connection, so that the rest is not sent for long. */
const readBody = async (response: Response, request: OutgoingLimits, signal: AbortSignal) => {
  const { limitBytes, beyondLimit, reserve } = request
  const chunks: Uint8Array[] = []
  let size = 0
  let give = () => {}
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk)
      const isLarge = size <= smallBytes && size + chunk.byteLength > smallBytes
      size += chunk.byteLength
      if (size > limitBytes) throw new TooLarge()
      if (isLarge && reserve) give = await reserve(sizeOf(response, limitBytes), signal)
    }
  } catch (error) {
    if (beyondLimit === 'lost') throw error
  } finally {
    give()
  }
  return Buffer.concat(chunks).subarray(0, limitBytes)
}

/** The size that a response says it has; the limit where it says none. */
const sizeOf = ({ headers }: Response, limitBytes: number) => {
  const declared = Number(headers.get('content-length') ?? Number.NaN)
  if (declared > limitBytes) throw new TooLarge()
  return declared >= smallBytes ? declared : limitBytes
}

type OutgoingLimits = Pick<OutgoingRequest, 'limitBytes' | 'beyondLimit' | 'reserve'>
