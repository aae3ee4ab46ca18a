import { Elysia } from 'elysia'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../failures.ts'
import { forwardedHost, type Listener } from './address.ts'
import { createRefuseKeyInUrl, type ExposedKeysDeps } from './exposed-keys.ts'
import { isHealthCheck } from './health.ts'
import { isHost, servedHosts } from './host.ts'
import { securityHeaders } from './page/headers.ts'
import type { RefusedRequest } from './record-refusal.ts'
import type { EndedRequest, RecordRequest } from './record-request.ts'
import { isJson, respondJson } from './respond.ts'
import type { RouteTable } from './route-table.ts'
import type { UntrustedProxies } from './untrusted-proxies.ts'
import { hostOf, pathOf } from './url.ts'

/** As long as the shortest limit of usual servers (nginx, Apache), so that nobody relies on more. */
const urlMostCharacters = 8192

/**
 * Elysia starts to look for the path at the eleventh character, which is past its first slash when the host is shorter
 * than this.
 */
const shortHost = 4

interface RequestContextDeps extends Omit<ExposedKeysDeps, 'patternOf' | 'trustedProxies'> {
  /** Behind a short host Elysia may match another path, so only paths without any route pass. */
  routes: RouteTable
  server: Listener
  clock: Pick<Clock, 'monotonic' | 'now'>
  config: Pick<Config, 'publicUrl' | 'requireHttps' | 'tls' | 'trustedProxies'>
  recordRequest: RecordRequest
  untrustedProxies: Pick<UntrustedProxies, 'note'>
}

/**
 * Gives every request an id, and rejects one with a URL that is too long or holds a key, or without a host that is
 * served. Records the requests that succeed; the plugin `failure` records the others.
 */
export const requestContext = (deps: RequestContextDeps) => {
  const { clock, config, recordRequest, routes, server } = deps
  const headers = securityHeaders(config)
  const refuseUnclear = createHostCheck(deps)
  const refuseKeyInUrl = createRefuseKeyInUrl({ ...deps, ...config, patternOf: routes.patternOf })
  return (
    new Elysia({ name: 'request-context' })
      .decorate('begunAt', 0)
      // Never handed on as a whole: Elysia would then parse the query, the headers and the cookies of every request.
      .onRequest((opened) => {
        const { request } = opened
        opened.begunAt = clock.monotonic()
        // With its time in it (RFC 9562 §5.7), by which the call of a request is found without an index.
        const set = { headers: { ...headers, 'x-request-id': Bun.randomUUIDv7('hex', clock.now()) } }
        opened.set.headers = set.headers
        if (request.url.length > urlMostCharacters) throw new ApiError('url_too_long')
        deps.untrustedProxies.note({ request, server })
        refuseUnclear({ request, server })
        refuseKeyInUrl({ request, server, set })
      })
      // Not `onAfterResponse`: its extra turn of the event loop costs a tenth of a request.
      .mapResponse(
        { as: 'global' },
        ({ request, route, set, begunAt, error, key, responseValue }: Ending) => {
          if (error === undefined)
            recordRequest({ request, route, set, begunAt, key }, statusOf(responseValue, set))
          // Elysia takes a hook that returns a call for an asynchronous one, and waits for it; and what it returns for the
          // response to an error, even when that is undefined.
          let response = responseValue as Response
          if (isJson(responseValue)) response = respondJson(responseValue, set)
          return response
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

const createHostCheck = ({ config, routes }: Pick<RequestContextDeps, 'config' | 'routes'>) => {
  const isServed = servedHosts(config)
  // The last host that passed: almost every request names the same one.
  let judged: string | undefined
  return ({ request, server }: Pick<RefusedRequest, 'request' | 'server'>) => {
    const host = request.headers.get('host') ?? hostOf(request)
    if (host === judged) return
    const path = pathOf(request)
    // HTTP/1.0 needs no Host, and load balancers probe with it. All other requests must name their host.
    if (host === '' && isHealthCheck(request.method, path)) return
    if (!isHost(host)) throw new ApiError('invalid_host')
    if (host.length < shortHost && routes.allow(path).length === 0)
      throw new ApiError('not_found', { detail: 'There is nothing at this path.' })
    if (isServed(host)) {
      if (host.length >= shortHost) judged = host
      return
    }
    // Probes and scrapers use names of their own. A probe gives nothing away; `/metrics` itself asks who reads it.
    if (isHealthCheck(request.method, path) || path === '/metrics') return
    if (!isServed(forwardedHost(request, server, config.trustedProxies) ?? host))
      throw new ApiError('misdirected_request')
  }
}
