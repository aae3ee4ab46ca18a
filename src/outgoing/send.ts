import { findAddresses, literalOf, type Resolve, resolveAll } from './destination.ts'

/** What became of an outgoing request. `unsent` never left; `lost` may have arrived, but its answer did not, or not whole. */
type SendResult = Answer | { kind: 'unsent'; reason: string } | { kind: 'lost'; reason: string }

interface Answer {
  kind: 'answered'
  status: number
  headers: Headers
  body: Uint8Array
}

interface OutgoingRequest {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string | undefined
  /** For all of it: finding the address, connecting, and the answer to its last byte. */
  timeoutMs: number
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

interface SendNeeds {
  /** Whether addresses of this machine and its networks, and plain http, may be called. */
  allowPrivate: boolean
  resolve?: Resolve
  /** The authorities to trust in the place of the usual ones, as PEM. */
  ca?: string
}

/**
 * The one way out of this process to an address that somebody gave. It dials the address that was judged, not the name a
 * second time; it follows no redirect, uses no proxy, and no connection again, so that no layer below has a reason to send
 * a request twice.
 */
export const createSend =
  ({ allowPrivate, resolve = resolveAll, ca }: SendNeeds): Send =>
  async (url, request) => {
    const headers = headersFrom(request.headers)
    if (!headers) return unsent('could not be called: a header contains characters that HTTP forbids')
    const signal = AbortSignal.timeout(request.timeoutMs)
    const found = await before(signal, findAddresses(url, { allowPrivate }, resolve)).catch(failureOf)
    if ('code' in found)
      return unsent(
        found.isTimeout ? 'could not be resolved in time' : `could not be reached (${found.code})`,
      )
    if (found.problem !== undefined) return unsent(`is not allowed: ${found.problem}`)

    let result: SendResult = unsent('could not be reached: its host name has no address')
    for (const address of found.addresses) {
      const attempt = await dial(found.url, address, { ...request, headers, signal, ca })
      if (attempt.kind !== 'unreachable') return attempt
      result = unsent(`could not be reached (${attempt.code})`)
    }
    return result
  }

/** Nobody took the connection: the only failure after which another address of the name is tried. */
type Unreachable = { kind: 'unreachable'; code: string }

interface Dialled extends Omit<OutgoingRequest, 'headers'> {
  headers: Headers
  signal: AbortSignal
  ca: string | undefined
}

const dial = async (url: URL, address: string, request: Dialled): Promise<SendResult | Unreachable> => {
  const { method, headers, body, signal, ca, timeoutMs } = request
  const target = new URL(url)
  target.hostname = address.includes(':') ? `[${address}]` : address
  headers.set('host', url.host)
  // Unpacked, 2 MB can be 2 GB, and Bun unpacks ahead of its reader, in the one thread that sends everybody's requests.
  headers.set('accept-encoding', 'identity')
  // The certificate is checked against this name. That of an address is checked against the address.
  const serverName = literalOf(url) === undefined ? url.hostname.replace(/\.$/, '') : undefined
  try {
    const response = await fetch(target, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      keepalive: false,
      proxy: false,
      decompress: false,
      tls: { ...(serverName === undefined ? {} : { serverName }), ...(ca === undefined ? {} : { ca }) },
      signal,
    })
    const read = await readBody(response, request)
    return { kind: 'answered', status: response.status, headers: response.headers, body: read }
  } catch (error) {
    if (error instanceof TooLarge) return lost('its response was too large')
    const { code, isTimeout } = failureOf(error)
    if (isTimeout) return lost(`no response within ${timeoutMs / 1000} seconds`)
    if (unreachableCodes.has(code)) return { kind: 'unreachable', code }
    if (/CERT|SELF_SIGNED|TLS|SSL|VERIFY/.test(code)) return unsent(`could not be reached (${code})`)
    return lost('the connection ended before the response was complete')
  }
}

const unreachableCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])

const unsent = (reason: string): SendResult => ({ kind: 'unsent', reason })
const lost = (reason: string): SendResult => ({ kind: 'lost', reason })

/** Undefined where a value can be in no header: fetch would say so only by an error that names no moment. */
const headersFrom = (given: Record<string, string>) => {
  try {
    return new Headers(given)
  } catch {
    return undefined
  }
}

/** Settles as the work does, or fails when the time is over: a look-up of names cannot be called off. */
const before = <T>(signal: AbortSignal, work: Promise<T>) =>
  new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })

const failureOf = (error: unknown) => {
  const { name = '', code = '' } = error as { name?: string; code?: string | number }
  return { code: String(code), isTimeout: name === 'TimeoutError' }
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
