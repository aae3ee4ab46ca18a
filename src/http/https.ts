import { Elysia } from 'elysia'
import type { Config } from '../config.ts'
import { Failure } from '../failures.ts'
import { cameSecurely } from './address.ts'
import { pathOf } from './exchange.ts'

/** Asked from beside the server, and nothing secret in them. */
const inTheClear = new Set(['/healthz', '/readyz', '/metrics'])

/** Refuses what did not come over https, where that is required. No redirect: it would carry a key in clear once more. */
export const https = ({ requireHttps, trustedProxies }: Config) =>
  new Elysia({ name: 'https' }).onRequest(({ request, server }) => {
    if (!requireHttps || inTheClear.has(pathOf(request))) return
    if (!cameSecurely(request, server, trustedProxies)) throw new Failure('https_required')
  })
