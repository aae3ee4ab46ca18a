import { findAddresses, literalOf, type Resolve, resolveAll } from './destination.ts'

/** Why there is no answer. `unsent` never left; `lost` may have arrived, but its answer did not, or not whole. */
export type Unanswered = { kind: 'unsent'; reason: string } | { kind: 'lost'; reason: string }

export interface DialledRequest {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string | undefined
  /** For finding the address, connecting, and whatever of the answer `read` waits for. */
  timeoutMs: number
}

export interface DialDeps {
  /** Whether addresses of this machine and its networks, and plain http, may be called. */
  allowPrivate: boolean
  resolve?: Resolve
  /** The authorities to trust in the place of the usual ones, as PEM. */
  ca?: string
}

/**
 * The one way out of this process to an address that somebody gave. It dials the address that was judged, not the name a
 * second time; it follows no redirect, uses no proxy, and no connection again, so that no layer below has a reason to send
 * a request twice. `read` makes of the response what the caller wants of it; `signal` is what its time ends by.
 */
export const reach = async <Answer>(
  { allowPrivate, resolve = resolveAll, ca }: DialDeps,
  url: string,
  request: DialledRequest & { signal: AbortSignal },
  read: (response: Response) => Promise<Answer>,
): Promise<Answer | Unanswered> => {
  const headers = headersFrom(request.headers)
  if (!headers) return unsent('could not be asked: a header has characters that HTTP forbids')
  const { signal } = request
  const found = await before(signal, findAddresses(url, { allowPrivate }, resolve)).catch(failureOf)
  if ('code' in found)
    return unsent(found.isTimeout ? 'could not be found in time' : `could not be reached (${found.code})`)
  if (found.problem !== undefined) return unsent(`may not be called: ${found.problem}`)

  let result: Unanswered = unsent('could not be reached: its name has no address')
  for (const address of found.addresses) {
    const attempt = await dial(found.url, address, { ...request, headers, signal, ca }, read)
    if (!isUnreachable(attempt)) return attempt
    result = unsent(`could not be reached (${attempt.unreachable})`)
  }
  return result
}

/** Nobody took the connection: the only failure after which another address of the name is tried. */
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
    return await read(response)
  } catch (error) {
    const { code, isTimeout } = failureOf(error)
    if (isTimeout) return lost(`no answer within ${timeoutMs / 1000} seconds`)
    if (unreachableCodes.has(code)) return { unreachable: code }
    if (/CERT|SELF_SIGNED|TLS|SSL|VERIFY/.test(code)) return unsent(`could not be reached (${code})`)
    return lost('the connection ended before its answer was whole')
  }
}

const unreachableCodes = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])

const unsent = (reason: string): Unanswered => ({ kind: 'unsent', reason })
export const lost = (reason: string): Unanswered => ({ kind: 'lost', reason })

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
