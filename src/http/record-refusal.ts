import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { ApiError } from '../failures.ts'
import type { KeyInEnvironment } from '../keys/keyring.ts'
import type { Client } from '../usage/client-usage.ts'
import type { Usage } from '../usage/usage.ts'
import { clientAddress, type Listener } from './address.ts'
import { readUserAgent } from './bearer.ts'
import type { RateLimits } from './rate-limits.ts'

/** A rejected request, as the hooks of Elysia give it. */
export interface RefusedRequest {
  request: Request
  server: Listener
  set: { headers: Record<string, string | number | string[]> }
  /** The route pattern. */
  route: string
}

/** Records the rejection of a request whose key is known; `admitted` when it had passed admission. */
export type RecordRefusal = (
  key: KeyInEnvironment,
  refusal: ApiError,
  context: RefusedRequest,
  admitted: boolean,
) => void

interface RecordRefusalDeps {
  usage: Pick<Usage, 'refuse' | 'refuseAdmitted'>
  rateLimits: RateLimits
  clock: Clock
  trustedProxies: Config['trustedProxies']
}

/** Records rejections together with the counters at that moment. */
export const createRecordRefusal =
  ({ usage, rateLimits, clock, trustedProxies }: RecordRefusalDeps): RecordRefusal =>
  ({ id: keyId, environment }, { reason: code }, { request, server, set, route }, admitted) => {
    const environmentId = environment.id
    const at = clock.now()
    const readClient = () => ({
      address: clientAddress(request, server, trustedProxies),
      userAgent: readUserAgent(request),
    })
    const describe = ({ address }: Client) => ({
      environmentId,
      keyId,
      code,
      at,
      requestId: String(set.headers['x-request-id']),
      route: `${request.method} ${route}`,
      address: address ?? 'unknown',
      ...rateLimits.counters(environment),
    })
    if (admitted) usage.refuseAdmitted(describe(readClient()))
    else usage.refuse({ environmentId, keyId }, { code, at }, readClient, describe)
  }
