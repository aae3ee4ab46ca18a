import { type DestinationRules, findAddresses, literalOf, type Resolve, resolveAll } from './destination.ts'

/**
 * A request without a whole response. `unsent` never left, because its destination `isForbidden` or could not be reached;
 * `lost` may have arrived.
 */
export type Unanswered =
  { kind: 'unsent'; reason: string; isForbidden?: true } | { kind: 'lost'; reason: string }

export interface DialledRequest {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string | undefined
  /** The timeout of the whole: resolving the name, connecting, and the part of the response that `read` awaits. */
  timeoutMs: number
}

export interface DialDeps extends DestinationRules {
  resolve?: Resolve
  /** Certificate authorities in PEM, instead of the usual ones. */
  ca?: string
}

/**
 * The only way out to an address that a user has given. It dials the address that was checked, not the name a second
 * time. It follows no redirect, uses no proxy and reuses no connection, so that no layer below can send a request
 * twice. `read` turns the response into the result; `signal` aborts at the timeout.
 */
export const reach = async <Answer>(
  { allowPrivate, resolve = resolveAll, ca }: DialDeps,
  url: string,
  request: DialledRequest & { signal: AbortSignal },
  read: (response: Response) => Promise<Answer>,
): Promise<Answer | Unanswered> => {
  const headers = headersFrom(request.headers)
  if (!headers) return unsent('could not be called: a header contains characters that HTTP forbids')
  const { signal } = request
  const found = await before(signal, findAddresses(url, { allowPrivate }, resolve)).catch(failureOf)
  if ('code' in found)
    return unsent(found.isTimeout ? 'could not be resolved in time' : `could not be reached (${found.code})`)
  if (found.problem !== undefined)
    return { kind: 'unsent', reason: `is not allowed: ${found.problem}`, isForbidden: true }

  let result: Unanswered = unsent('could not be reached: its host name has no address')
  for (const address of found.addresses) {
    const attempt = await dial(found.url, address, { ...request, headers, signal, ca }, read)
    if (!isUnreachable(attempt)) return attempt
    result = unsent(`could not be reached (${attempt.unreachable})`)
  }
  return result
}

/** The connection was refused or unreachable: the only errors after which the next address is tried. */
interface Unreachable {
  unreachable: string
}

const isUnreachable = (attempt: unknown): attempt is Unreachable =>
  typeof attempt === 'object' && attempt !== null && 'unreachable' in attempt

interface Dialled extends Omit<DialledRequest, 'headers'> {
  headers: Headers
  signal: AbortSignal
  ca: string | undefined
}

const dial = async <Answer>(
  url: URL,
  address: string,
  request: Dialled,
  read: (response: Response) => Promise<Answer>,
): Promise<Answer | Unanswered | Unreachable> => {
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
      tls: {
        rejectUnauthorized: true,
        ...(serverName === undefined ? {} : { serverName }),
        ...(ca === undefined ? {} : { ca }),
      },
      signal,
    })
    return await read(response)
  } catch (error) {
    const { code, isTimeout } = failureOf(error)
    if (isTimeout) return lost(`no response within ${timeoutMs / 1000} seconds`)
    if (unreachableCodes.has(code)) return { unreachable: code }
    if (/CERT|SELF_SIGNED|TLS|SSL|VERIFY/.test(code)) return unsent(`could not be reached (${code})`)
    return lost('the connection ended before the response was complete')
  }
}

const unreachableCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])

const unsent = (reason: string): Unanswered => ({ kind: 'unsent', reason })
export const lost = (reason: string): Unanswered => ({ kind: 'lost', reason })

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
