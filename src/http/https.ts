import { Elysia } from 'elysia'
import type { Config } from '../config.ts'
import { ApiError } from '../failures.ts'
import { cameSecurely } from './address.ts'
import { pathOf } from './request-context.ts'
import { isHealthCheck } from './health.ts'

/** Asked from beside the server, and nothing secret in it. */
const inTheClear = (method: string, path: string) => isHealthCheck(method, path) || path === '/metrics'

/** Refuses what did not come over https, where that is required. No redirect: it would carry a key in clear once more. */
export const https = ({ requireHttps, trustedProxies }: Config) =>
  new Elysia({ name: 'https' }).onRequest(({ request, server }) => {
    if (!requireHttps || inTheClear(request.method, pathOf(request))) return
    if (!cameSecurely(request, server, trustedProxies)) throw new ApiError('https_required')
  })
