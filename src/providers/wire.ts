/** What became of an outgoing request. `unsent` never left; `lost` may have arrived, but its answer did not, or not whole. */
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
const answerLimitBytes = 4 * 1024 * 1024
/** As long as our own page allows a dialler's reason to be. */
const reasonLimit = 500
/** From seven digits on, which E.164's shortest have, in any of the ways of writing them. */
const phoneNumber = /[+(]*\d(?:[\s().\p{Pd}/]{0,3}\d){6,}/gu
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_INVALID_URL',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/**
 * One request, one try: no redirect is followed, no proxy used, and no connection used again, so that no layer below has
 * a reason to send it a second time.
 */
export const send = async (url: string, request: WireRequest): Promise<WireResult> => {
  const { method = 'GET', body, timeoutMs } = request
  const [type, content] = contentOf(body)
  const headers = headersFrom({ ...(type ? { 'content-type': type } : {}), ...request.headers })
  if (!headers)
    return { kind: 'unsent', reason: 'could not be asked: a header has characters that HTTP forbids' }
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(content === undefined ? {} : { body: content }),
      redirect: 'manual',
      keepalive: false,
      proxy: false,
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { kind: 'answered', status: response.status, json: parseJson(await readCapped(response)) }
  } catch (error) {
    const { name = '', code = '' } = error as { name?: string; code?: string | number }
    if (name === 'TimeoutError')
      return { kind: 'lost', reason: `no answer within ${timeoutMs / 1000} seconds` }
    if (unsentCodes.has(String(code)) || /CERT|SELF_SIGNED|TLS|SSL/.test(String(code)))
      return { kind: 'unsent', reason: `could not be reached (${code})` }
    if (error instanceof TooLarge) return { kind: 'lost', reason: 'its answer was too large' }
    return { kind: 'lost', reason: 'the connection ended before its answer was whole' }
  }
}

/** Speaks to one address, always under the same headers: a POST where there is a body, else a GET. */
export const requester =
  (address: string, headers: Record<string, string>, timeoutMs: number) =>
  (path: string, body?: object): Promise<WireResult> =>
    send(`${address}${path}`, { method: body ? 'POST' : 'GET', headers, body, timeoutMs })

/** Foreign words for a call's reason: one line, not endless, and without what may be somebody's phone number. */
export const tidy = (words: string | undefined) =>
  (words ?? '')
    .slice(0, 2 * reasonLimit)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(phoneNumber, '(number)')
    .trim()
    .slice(0, reasonLimit)

const contentOf = (body: unknown): [type?: string | undefined, content?: string] => {
  if (body === undefined) return []
  if (typeof body === 'string') return [undefined, body]
  if (body instanceof URLSearchParams) return ['application/x-www-form-urlencoded', String(body)]
  return ['application/json', JSON.stringify(body)]
}

/** Undefined where a value can be in no header: fetch would say so only by an error that names no moment. */
const headersFrom = (given: Record<string, string>) => {
  try {
    return new Headers(given)
  } catch {
    return undefined
  }
}

class TooLarge extends Error {}

const readCapped = async (response: Response) => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > answerLimitBytes) throw new TooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The JSON in a body, undefined when it is none. */
export const parseJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
