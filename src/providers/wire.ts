import { parseWithLongIds } from '../json.ts'
import type { Send } from '../outgoing/send.ts'
import { isSimple } from './simple-json.ts'

/**
 * The result of a request to a provider. `unsent` never left; `lost` may have arrived, but its response did not, or not
 * whole.
 */
export type WireResult = Answered | { kind: 'unsent'; reason: string } | { kind: 'lost'; reason: string }

export interface Answered {
  kind: 'answered'
  status: number
  json: unknown
}

export interface WireRequest {
  method?: 'GET' | 'POST'
  headers: Record<string, string>
  /** Objects are sent as JSON, URLSearchParams as a form, a string as it is with the content type in `headers`. */
  body?: unknown
  timeoutMs: number
}

/** Larger responses count as lost. An hour of transcript with word timestamps is smaller. */
const limitBytes = 4 * 1024 * 1024
/** The documented limit of a dialler's `reason`. */
const reasonLimit = 500
/** Seven digits or more, E.164's shortest, with any usual separators. */
const phoneNumber = /[+(]*\d(?:[\s().\p{Pd}/]{0,3}\d){6,}/gu

/** Sends a request once, and parses the JSON of the response. */
export const requestJson = async (send: Send, url: string, request: WireRequest): Promise<WireResult> => {
  const { method = 'GET', timeoutMs } = request
  const [type, body] = contentOf(request.body)
  const headers = { ...(type ? { 'content-type': type } : {}), ...request.headers }
  const result = await send(url, { method, headers, body, timeoutMs, limitBytes, beyondLimit: 'lost' })
  return result.kind === 'answered'
    ? { kind: 'answered', status: result.status, json: parseJson(result.body) }
    : result
}

/** Makes a function for requests to one address with the same headers: POST with a body, else GET. */
export const requester =
  (send: Send, address: string, headers: Record<string, string>, timeoutMs: number) =>
  (path: string, body?: object): Promise<WireResult> =>
    requestJson(send, `${address}${path}`, { method: body ? 'POST' : 'GET', headers, body, timeoutMs })

/** Makes a provider's text fit for a call's reason: one line, bounded, and without phone numbers. */
export const tidy = (words: string | undefined) =>
  (words ?? '')
    .slice(0, 2 * reasonLimit)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(phoneNumber, '(number)')
    .trim()
    .slice(0, reasonLimit)
    .toWellFormed()

const contentOf = (body: unknown): [type?: string | undefined, content?: string] => {
  if (body === undefined) return []
  if (typeof body === 'string') return [undefined, body]
  if (body instanceof URLSearchParams) return ['application/x-www-form-urlencoded', String(body)]
  return ['application/json', JSON.stringify(body)]
}

/** Parses a body; undefined for invalid JSON, and for more parts than any report has. */
export const parseJson = (body: Uint8Array): unknown => {
  if (!isSimple(body)) return undefined
  try {
    return parseWithLongIds(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch {
    return undefined
  }
}
