import { Elysia } from 'elysia'
import type { Config } from '../config.ts'
import { ApiError } from '../failures.ts'
import { cameSecurely, type Listener } from './address.ts'
import { isHealthCheck } from './health.ts'
import { pathOf } from './url.ts'

interface HttpsDeps {
  config: Pick<Config, 'requireHttps' | 'trustedProxies'>
  server: Listener
}

/** Exempt from https: probed from the same host, and without secrets. */
const inTheClear = (method: string, path: string) => isHealthCheck(method, path) || path === '/metrics'

/** Rejects plain http where https is required. No redirect: the client would send its key in clear once more. */
export const https = ({ config: { requireHttps, trustedProxies }, server }: HttpsDeps) => {
  const plugin = new Elysia({ name: 'https' })
  if (!requireHttps) return plugin
  return plugin.onRequest(({ request }) => {
    if (inTheClear(request.method, pathOf(request))) return
    if (!cameSecurely(request, server, trustedProxies)) throw new ApiError('https_required')
  })
}
