import { Elysia } from 'elysia'
import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import type { EndedRequest, RecordRequest } from './record-request.ts'
import { isHealthCheck } from './health.ts'

/** RFC 9110 §7.2: a host and an optional port. Two Host headers arrive joined by a comma and do not match. */
const hostPattern = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/

/** The pattern also matches invalid addresses and badly encoded names, which no URL can hold. */
export const isHost = (host: string) => hostPattern.test(host) && URL.canParse(`http://${host}/`)

/**
 * Elysia treats # as part of the path, and so does this. Without a Host header, `request.url` is the request target.
 */
const urlPattern = /^(?:https?:\/\/([^/?#]*))?([^?]*)/

export const pathOf = (request: Request) => urlPattern.exec(request.url)?.[2] ?? ''

/**
 * Elysia starts to look for the path at the eleventh character, which is past its first slash when the host is shorter
 * than this.
 */
const shortHost = 4

interface RequestContextDeps {
  /** The methods of a path. Behind a short host Elysia may match another path, so only paths without any route pass. */
  allow(path: string): string[]
  clock: Pick<Clock, 'monotonic'>
  recordRequest: RecordRequest
}

/**
 * Gives every request an id, and rejects one without a clear host. Records the requests that succeed; the plugin
 * `failure` records the others.
 */
export const requestContext = ({ allow, clock, recordRequest }: RequestContextDeps) => {
  const refuseUnclear = createHostCheck(allow)
  return (
    new Elysia({ name: 'request-context' })
      .decorate('begunAt', 0)
      .onRequest((opened) => {
        opened.begunAt = clock.monotonic()
        opened.set.headers['x-request-id'] = crypto.randomUUID()
        refuseUnclear(opened.request)
      })
      // Not `onAfterResponse`: its extra turn of the event loop costs a tenth of a request.
      .mapResponse(
        { as: 'global' },
        ({ request, route, set, begunAt, error, key, responseValue }: Ending) => {
          if (error === undefined)
            recordRequest({ request, route, set, begunAt, key }, statusOf(responseValue, set))
          // Elysia uses the returned value as the response to an error, even when it is undefined.
          return responseValue as Response
        },
      )
  )
}

interface Ending extends EndedRequest {
  set: EndedRequest['set'] & { status?: number | string }
  /** Set when the request failed. */
  error?: unknown
  responseValue: unknown
}

const statusOf = (response: unknown, { status }: Ending['set']) =>
  response instanceof Response ? response.status : Number(status ?? 200)

const createHostCheck = (allow: RequestContextDeps['allow']) => {
  // The last host that passed: almost every request names the same one.
  let judged: string | undefined
  return (request: Request) => {
    const host = request.headers.get('host') ?? urlPattern.exec(request.url)?.[1] ?? ''
    if (host === judged) return
    // HTTP/1.0 needs no Host, and load balancers probe with it. All other requests must name their host.
    if (host === '' && isHealthCheck(request.method, pathOf(request))) return
    if (!isHost(host)) throw new ApiError('invalid_host')
    if (host.length >= shortHost) judged = host
    else if (allow(pathOf(request)).length === 0)
      throw new ApiError('not_found', { detail: 'There is nothing at this path.' })
  }
}
