import { parseWithLongIds } from '../json.ts'
import type { Send } from '../outgoing/send.ts'

/** What became of a request to a provider. `unsent` never left; `lost` may have arrived, but its answer did not, or not whole. */
export type WireResult = Answered | { kind: 'unsent'; reason: string } | { kind: 'lost'; reason: string }

export interface Answered {
  kind: 'answered'
  status: number
  json: unknown
}

export interface WireRequest {
  method?: 'GET' | 'POST'
  headers: Record<string, string>
  /** Sent as JSON, parameters as a form; a string is sent as it is, under the content type of `headers`. */
  body?: unknown
  timeoutMs: number
}

/** An answer larger than this is not read to its end: above what an hour of transcript, word by word, comes to. */
const limitBytes = 4 * 1024 * 1024
/** As long as our own page allows a dialler's reason to be. */
const reasonLimit = 500
/** From seven digits on, which E.164's shortest have, in any of the ways of writing them. */
const phoneNumber = /[+(]*\d(?:[\s().\p{Pd}/]{0,3}\d){6,}/gu

/** Asks a provider once, and reads the JSON of its answer. */
export const requestJson = async (send: Send, url: string, request: WireRequest): Promise<WireResult> => {
  const { method = 'GET', timeoutMs } = request
  const [type, body] = contentOf(request.body)
  const headers = { ...(type ? { 'content-type': type } : {}), ...request.headers }
  const result = await send(url, { method, headers, body, timeoutMs, limitBytes, beyondLimit: 'lost' })
  return result.kind === 'answered'
    ? { kind: 'answered', status: result.status, json: parseJson(result.body) }
    : result
}

/** Speaks to one address, always under the same headers: a POST where there is a body, else a GET. */
export const requester =
  (send: Send, address: string, headers: Record<string, string>, timeoutMs: number) =>
  (path: string, body?: object): Promise<WireResult> =>
    requestJson(send, `${address}${path}`, { method: body ? 'POST' : 'GET', headers, body, timeoutMs })

/** Foreign words for a call's reason: one line, not endless, and without what may be somebody's phone number. */
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

/** The JSON in a body, undefined when it is none. */
export const parseJson = (body: Uint8Array): unknown => {
  try {
    return parseWithLongIds(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch {
    return undefined
  }
}
