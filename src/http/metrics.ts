import { timingSafeEqual } from 'node:crypto'
import { Elysia } from 'elysia'
import type { Config } from '../config.ts'
import { ApiError } from '../failures.ts'
import { metricsContentType } from '../telemetry/metrics/metric.ts'
import { isFromThisMachine, namesAddress } from './address.ts'
import { securityHeaders } from './page/headers.ts'
import { pathOf } from './url.ts'
import { run, type Work } from '../work.ts'

interface MetricsDeps {
  config: Pick<Config, 'metricsAddress' | 'metricsToken'>
  readMetrics(): Work<string>
}

/**
 * `/metrics` for Prometheus: with the token, or without one from this machine only; on an address of its own if
 * configured.
 */
export const metrics = ({ config, readMetrics }: MetricsDeps) =>
  new Elysia({ name: 'metrics' }).get('/metrics', async ({ request, server, set }) => {
    const { metricsAddress, metricsToken } = config
    if (metricsAddress)
      throw new ApiError('not_found', { detail: 'The metrics are served at a separate address.' })
    if (metricsToken === null && !isFromThisMachine(request, server)) throw new ApiError('metrics_closed')
    requireReader(request, metricsToken)
    set.headers['content-type'] = metricsContentType
    return await run(readMetrics())
  })

/** Serves `/metrics` only, on its own address; undefined without one. Throws when the address is in use. */
export const listenForMetrics = ({ config, readMetrics }: MetricsDeps) => {
  const { metricsAddress, metricsToken } = config
  if (!metricsAddress) return undefined
  const answer = async (request: Request) => {
    if (pathOf(request) !== '/metrics') return plain(404, 'There is nothing at this path.')
    requireReader(request, metricsToken)
    return new Response(await run(readMetrics()), {
      headers: { ...securityHeaders(), 'content-type': metricsContentType },
    })
  }
  const refuse = (error: unknown) =>
    error instanceof ApiError
      ? plain(
          error.status,
          error.message,
          error.status === 401 ? { 'www-authenticate': 'Bearer realm="callgate"' } : {},
        )
      : plain(503, 'The metrics could not be collected.')
  return Bun.serve({ ...metricsAddress, reusePort: false, fetch: answer, error: refuse })
}

/** The token, or where none is set, no page of another site. */
const requireReader = (request: Request, token: string | null) => {
  if (token === null) {
    if (!namesAddress(request)) throw new ApiError('metrics_host')
    return
  }
  const [, given = ''] = /^Bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (!timingSafeEqual(digest(given), digest(token))) throw new ApiError('metrics_token_needed')
}

const digest = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest()

const plain = (status: number, sentence: string, headers: Record<string, string> = {}) =>
  new Response(`${sentence}\n`, { status, headers: { ...securityHeaders(), ...headers } })
