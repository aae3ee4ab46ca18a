import { findAddresses, literalOf, type Resolve, resolveAll } from './destination.ts'

/**
 * The result of an outgoing request. `unsent` never left; `lost` may have arrived, but its response did not, or not
 * whole.
 */
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
  /** The timeout of the whole: resolving the name, connecting, and the response to its last byte. */
  timeoutMs: number
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

interface SendDeps {
  /** Allows addresses of this machine and of private networks, and plain http. */
  allowPrivate: boolean
  resolve?: Resolve
  /** Certificate authorities in PEM, instead of the usual ones. */
  ca?: string
}

/**
 * The only way out to an address that a user has given. It dials the address that was checked, not the name a second
 * time. It follows no redirect, uses no proxy and reuses no connection, so that no layer below can send a request
 * twice.
 */
export const createSend =
  ({ allowPrivate, resolve = resolveAll, ca }: SendDeps): Send =>
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

/** The connection was refused or unreachable: the only errors after which the next address is tried. */
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
  // No decompression: 2 MB can unpack to 2 GB, and Bun unpacks ahead of the reader, in the thread that serves all
  // requests.
  headers.set('accept-encoding', 'identity')
  // The name for the certificate check; for an IP address, the address.
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

/** Undefined for an invalid header value: fetch's own error would not say whether the request was sent. */
const headersFrom = (given: Record<string, string>) => {
  try {
    return new Headers(given)
  } catch {
    return undefined
  }
}

/** Settles as the work does, or fails after the timeout: a DNS look-up cannot be canceled. */
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
