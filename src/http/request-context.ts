import { Elysia } from 'elysia'
import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import type { EndedRequest, RecordRequest } from './record-request.ts'
import { isHealthCheck } from './health.ts'

/** RFC 9110 §7.2: a host and an optional port. Two Host headers arrive joined by a comma and do not match. */
const hostPattern = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/

/** The pattern lets numbers pass that are no address, and names that are badly encoded: no URL can be made of those. */
export const isHost = (host: string) => hostPattern.test(host) && URL.canParse(`http://${host}/`)

/** To Elysia, which takes it for a path, a # is a letter like any other. Without a Host, the URL of a request is its target. */
const urlPattern = /^(?:https?:\/\/([^/?#]*))?([^?]*)/

/** The path of a request. */
export const pathOf = (request: Request) => urlPattern.exec(request.url)?.[2] ?? ''

/** Elysia looks for the path from the eleventh character on, and so takes one too late after a host shorter than this. */
const shortHost = 4

interface RequestContextDeps {
  /** The methods of a path: behind a short host, a path that we do not have must not become one that we have. */
  allow(path: string): string[]
  clock: Pick<Clock, 'monotonic'>
  recordRequest: RecordRequest
}

/**
 * Opens every requestContext: gives it an id, and refuses it when it does not say clearly whom it is for. Ends those that went
 * well; the others end in `failure`.
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
      // Not `onAfterResponse`: a turn of the event loop for every request is a tenth of what one costs.
      .mapResponse(
        { as: 'global' },
        ({ request, route, set, begunAt, error, key, responseValue }: Ending) => {
          if (error === undefined)
            recordRequest({ request, route, set, begunAt, key }, statusOf(responseValue, set))
          // Elysia takes what this gives back for the answer to a failure, also when it is nothing.
          return responseValue as Response
        },
      )
  )
}

interface Ending extends EndedRequest {
  set: EndedRequest['set'] & { status?: number | string }
  /** There where it failed. */
  error?: unknown
  responseValue: unknown
}

const statusOf = (response: unknown, { status }: Ending['set']) =>
  response instanceof Response ? response.status : Number(status ?? 200)

const createHostCheck = (allow: RequestContextDeps['allow']) => {
  // Almost every request names the same host: the one that was judged last.
  let judged: string | undefined
  return (request: Request) => {
    const host = request.headers.get('host') ?? urlPattern.exec(request.url)?.[1] ?? ''
    if (host === judged) return
    // HTTP/1.0 needs none, and load balancers ask by it. Elsewhere, who is meant has to be clear.
    if (host === '' && isHealthCheck(request.method, pathOf(request))) return
    if (!isHost(host)) throw new ApiError('invalid_host')
    if (host.length >= shortHost) judged = host
    else if (allow(pathOf(request)).length === 0)
      throw new ApiError('not_found', { detail: 'There is nothing at this path.' })
  }
}
