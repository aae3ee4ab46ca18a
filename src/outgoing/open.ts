import { type DialDeps, lost, reach, type Unanswered } from './dial.ts'

/** An answer whose body is read as it comes. */
interface Opened {
  kind: 'opened'
  status: number
  headers: Headers
  /** Where it came from in the end. */
  url: string
  /** Errors where the other side stalls, sends too much, or breaks off. To be read, or cancelled. */
  body: ReadableStream<Uint8Array>
}

interface OpenRequest {
  headers: Record<string, string>
  /** Headers for the address alone that was given: a redirect to another origin does not take them along. */
  credentials: Record<string, string>
  /** For each hop, until its answer begins. */
  timeoutMs: number
  /** How long the other side may send nothing while somebody reads. */
  stallMs: number
  /** For all of it, however slowly somebody reads. */
  longestMs: number
  limitBytes: number
  /** Called when the body has been read, has broken off with an error, or was cancelled. */
  ended?: (error?: unknown) => void
}

/** Asks for something large with a GET. Follows a few redirects, each judged like the first address. */
export type Open = (url: string, request: OpenRequest) => Promise<Opened | Unanswered>

/** From a provider to its storage is one; some have a name of their own before that. */
const mostRedirects = 3
const redirects = new Set([301, 302, 303, 307, 308])

export const createOpen =
  (deps: DialDeps): Open =>
  async (address, request) => {
    let url = address
    let credentials = request.credentials
    for (let followed = 0; followed <= mostRedirects; followed++) {
      const result = await openOnce(deps, url, request, { ...request.headers, ...credentials })
      if (result.kind !== 'redirected') return result
      if (!URL.canParse(result.location, url)) return lost('it redirected to no web address')
      const next = new URL(result.location, url)
      if (next.origin !== new URL(url).origin) credentials = {}
      url = next.href
    }
    return lost('it redirected too often')
  }

const openOnce = async (
  deps: DialDeps,
  url: string,
  request: OpenRequest,
  headers: Record<string, string>,
): Promise<Opened | Unanswered | { kind: 'redirected'; location: string }> => {
  const { timeoutMs, longestMs } = request
  const begun = new AbortController()
  const timer = setTimeout(() => begun.abort(new DOMException('no answer', 'TimeoutError')), timeoutMs)
  const signal = AbortSignal.any([begun.signal, AbortSignal.timeout(longestMs)])
  try {
    return await reach(deps, url, { method: 'GET', headers, timeoutMs, signal }, async (response) => {
      const location = redirects.has(response.status) ? response.headers.get('location') : null
      if (location !== null) {
        await response.body?.cancel()
        return { kind: 'redirected' as const, location }
      }
      const body = bounded(response.body, request, begun)
      return { kind: 'opened' as const, status: response.status, headers: response.headers, url, body }
    })
  } finally {
    clearTimeout(timer)
  }
}

/** The body as it comes, for as long as it comes and is within its limit. Whoever cancels it ends the connection. */
const bounded = (
  body: ReadableStream<Uint8Array> | null,
  { limitBytes, stallMs, ended = () => {} }: Pick<OpenRequest, 'limitBytes' | 'stallMs' | 'ended'>,
  connection: AbortController,
) => {
  const reader = body?.getReader()
  let size = 0
  return new ReadableStream<Uint8Array>(
    {
      pull: async (stream) => {
        const timer = setTimeout(() => connection.abort(new Error('nothing came')), stallMs)
        try {
          const { done = true, value } = (await reader?.read()) ?? {}
          if (done || !value) {
            stream.close()
            return ended()
          }
          size += value.byteLength
          if (size > limitBytes) throw new Error('more came than is passed on')
          stream.enqueue(value)
        } catch (error) {
          stream.error(error)
          connection.abort()
          ended(error)
        } finally {
          clearTimeout(timer)
        }
      },
      cancel: async () => {
        ended()
        connection.abort()
        await reader?.cancel().catch(() => {})
      },
    },
    // Nothing is read before somebody asks for it.
    { highWaterMark: 0 },
  )
}
