import { timingSafeEqual } from 'node:crypto'
import { Elysia } from 'elysia'
import type { Config } from '../config.ts'
import { Failure } from '../failures.ts'
import { metricsContentType } from '../telemetry/metrics/metric.ts'
import { isFromThisMachine } from './address.ts'
import { pathOf } from './exchange.ts'

interface MetricsNeeds {
  config: Pick<Config, 'metricsAddress' | 'metricsToken'>
  readMetrics(): string
}

/** `/metrics` for Prometheus: for who has the token; without one for this machine alone; at an address of its own, if any. */
export const metrics = ({ config, readMetrics }: MetricsNeeds) =>
  new Elysia({ name: 'metrics' }).get('/metrics', ({ request, server, set }) => {
    const { metricsAddress, metricsToken } = config
    if (metricsAddress)
      throw new Failure('not_found', { detail: 'The metrics are served at a separate address.' })
    if (metricsToken !== null) requireToken(request, metricsToken)
    else if (!isFromThisMachine(request, server)) throw new Failure('metrics_closed')
    set.headers['content-type'] = metricsContentType
    return readMetrics()
  })

/** Answers `/metrics` and nothing else at its own address; undefined where it has none. Throws when that is taken. */
export const listenForMetrics = ({ config, readMetrics }: MetricsNeeds) => {
  const { metricsAddress, metricsToken } = config
  if (!metricsAddress) return undefined
  const answer = (request: Request) => {
    if (pathOf(request) !== '/metrics') return plain(404, 'There is nothing at this path.')
    if (metricsToken !== null) requireToken(request, metricsToken)
    return new Response(readMetrics(), { headers: { 'content-type': metricsContentType } })
  }
  const refuse = (error: unknown) =>
    error instanceof Failure
      ? plain(error.status, error.message, { 'www-authenticate': 'Bearer realm="callgate"' })
      : plain(503, 'The metrics could not be collected.')
  return Bun.serve({ ...metricsAddress, reusePort: false, fetch: answer, error: refuse })
}

const requireToken = (request: Request, token: string) => {
  const [, given = ''] = /^Bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (!timingSafeEqual(digest(given), digest(token))) throw new Failure('metrics_token_needed')
}

const digest = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest()

const plain = (status: number, sentence: string, headers: Record<string, string> = {}) =>
  new Response(`${sentence}\n`, { status, headers })
