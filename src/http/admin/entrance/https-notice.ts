import type { Server } from 'bun'
import { type Config, isSecure } from '../../../config.ts'
import { cameSecurely } from '../../address.ts'

export type HttpsConfig = Pick<Config, 'publicUrl' | 'tls' | 'requireHttps' | 'trustedProxies'>

export interface Visit {
  request: Request
  server: Pick<Server<unknown>, 'requestIP'> | null
}

/**
 * A notice for plain http where cookies are limited to https, so that browsers drop the session. Browsers send
 * Sec-Fetch-Site over https and to localhost only, and keep such cookies there, even behind a proxy that is not
 * trusted.
 */
export const httpsNotice = ({ request, server }: Visit, config: HttpsConfig): string[] => {
  const keepsCookies =
    !isSecure(config) ||
    request.headers.has('sec-fetch-site') ||
    cameSecurely(request, server, config.trustedProxies)
  if (keepsCookies) return []
  const address = config.publicUrl?.startsWith('https:') ? `Open ${config.publicUrl} instead.` : 'Use https.'
  return [`You can’t sign in over plain http here, because the session cookie requires https. ${address}`]
}
