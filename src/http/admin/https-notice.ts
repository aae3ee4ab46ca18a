import type { Server } from 'bun'
import { type Config, isSecure } from '../../config.ts'
import { cameSecurely } from '../address.ts'

export interface Visit {
  request: Request
  server: Pick<Server<unknown>, 'requestIP'> | null
}

/**
 * Said to who comes over plain http where cookies are kept to https: their browser would drop the session. Browsers send
 * Sec-Fetch-Site over https and to localhost alone, and keep such cookies there, also behind a proxy that is not trusted.
 */
export const httpsNotice = ({ request, server }: Visit, config: Config): string[] => {
  const keepsCookies =
    !isSecure(config) ||
    request.headers.has('sec-fetch-site') ||
    cameSecurely(request, server, config.trustedProxies)
  if (keepsCookies) return []
  const address = config.publicUrl?.startsWith('https:') ? `Open ${config.publicUrl} instead.` : 'Use https.'
  return [`You can’t sign in over plain http here, because the session cookie requires https. ${address}`]
}
