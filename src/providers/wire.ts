import type { Placement } from './provider.ts'

/** What became of an outgoing request. `unsent` never left; `lost` may have arrived, but its answer did not, or not whole. */
export type WireResult =
  | { kind: 'answered'; status: number; json: unknown }
  | { kind: 'unsent'; reason: string }
  | { kind: 'lost'; reason: string }

export interface WireRequest {
  method?: 'GET' | 'POST'
  headers: Record<string, string>
  /** Sent as JSON; a string is sent as it is, under the content type of `headers`. */
  body?: unknown
  timeoutMs: number
}

/** An answer larger than this is not read to its end: above what an hour of transcript, word by word, comes to. */
const answerLimitBytes = 4 * 1024 * 1024
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
  const { method = 'GET', headers, body, timeoutMs } = request
  const isJson = body !== undefined && typeof body !== 'string'
  try {
    const response = await fetch(url, {
      method,
      headers: isJson ? { 'content-type': 'application/json', ...headers } : headers,
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as string) }),
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
    if (unsentCodes.has(String(code))) return { kind: 'unsent', reason: `could not be reached (${code})` }
    if (error instanceof TooLarge) return { kind: 'lost', reason: 'its answer was too large' }
    return { kind: 'lost', reason: 'the connection ended before its answer was whole' }
  }
}

/**
 * What an answer to an order means. `idIn` finds the call's id in an answer of success; `complaintIn` finds what an answer
 * complains of, in any answer, success included; `isCapacity` tells the provider's own limits from other complaints.
 */
export interface PlacementRules {
  idIn(json: unknown): string | undefined
  complaintIn(json: unknown): string | undefined
  isCapacity(status: number, complaint: string): boolean
}

export const placementFrom = (provider: string, result: WireResult, rules: PlacementRules): Placement => {
  if (result.kind === 'unsent')
    return { outcome: 'refused', code: 'provider_unreachable', reason: `${provider} ${result.reason}.` }
  if (result.kind === 'lost') return { outcome: 'unknown', reason: `${provider}: ${result.reason}.` }

  const { status, json } = result
  const id = rules.idIn(json)
  const complaint = tidy(rules.complaintIn(json))
  if (isSuccess(status) && id !== undefined && complaint === '')
    return { outcome: 'placed', providerCallId: id }
  const isDefinite = isSuccess(status) ? complaint !== '' : status < 500 && status !== 408
  if (!isDefinite) return { outcome: 'unknown', reason: `${provider} answered ${status} and no call id.` }
  const said = complaint === '' ? `answered ${status}` : `answered ${status}: ${complaint}`
  return rules.isCapacity(status, complaint)
    ? { outcome: 'refused', code: 'provider_capacity', reason: `${provider} has no capacity: it ${said}` }
    : { outcome: 'refused', code: 'provider_refused', reason: `${provider} refused the call: it ${said}` }
}

export const isSuccess = (status: number) => status >= 200 && status < 300

/** Why credentials do not work, from the answer to a harmless request; undefined when they do. */
export const checkFrom = (provider: string, result: WireResult): string | undefined => {
  if (result.kind !== 'answered') return `${provider}: ${result.reason}.`
  if (isSuccess(result.status)) return undefined
  return result.status === 401 || result.status === 403
    ? `${provider} does not accept these credentials (it answered ${result.status}).`
    : `${provider} answered ${result.status}.`
}

/** A member of what may or may not be an object. */
export const member = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Foreign words for a call's reason: one line, not endless. */
const tidy = (words: string | undefined) =>
  (words ?? '')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 300)

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
