import type { Clock } from '../clock.ts'
import type { ApiError } from '../failures.ts'
import type { Requests } from '../telemetry/metrics/requests.ts'
import type { Log } from '../telemetry/log.ts'
import { isHealthCheck } from './health.ts'

/** A finished request, as the hooks of Elysia give it. */
export interface EndedRequest {
  request: Request
  /** The route pattern; absent for an unknown path. */
  route: string | undefined
  set: { headers: Record<string, string | number | string[]> }
  /** Monotonic milliseconds. */
  begunAt: number
  /** Set once admission let the request in. */
  key?: { id: string; environment: { id: string } } | undefined
}

/** To be called once for each request, with the error where it was rejected. */
export type RecordRequest = (context: EndedRequest, status: number, refusal?: ApiError) => void

interface RecordRequestDeps {
  requests: Pick<Requests, 'record'>
  log: Pick<Log, 'writes' | 'request'>
  clock: Pick<Clock, 'monotonic'>
}

/** All that we answer; any other word is a client's own, and not to be repeated. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Counts a finished request, and logs it. */
export const createRecordRequest = ({ log, clock, requests }: RecordRequestDeps): RecordRequest => {
  const isTold = { debug: log.writes('debug'), info: log.writes('info') }

  return ({ request, route = '', set, begunAt, key }, status, refusal) => {
    const durationMs = clock.monotonic() - begunAt
    const method = methods.has(request.method) ? request.method : 'OTHER'
    requests.record(method, route, status, refusal?.reason ?? '', durationMs)
    // Asked every few seconds by programs: of no interest when all is well.
    const level = isHealthCheck(method, route) || route === '/metrics' ? 'debug' : 'info'
    if (!isTold[level]) return
    const asker = refusal?.asker ?? key
    log.request(level, {
      requestId: String(set.headers['x-request-id']),
      method,
      route,
      status,
      code: refusal?.reason ?? null,
      environmentId: asker?.environment.id ?? null,
      keyId: asker?.id ?? null,
      durationMs,
    })
  }
}
