import { ApiError } from '../failures.ts'
import type { Work } from '../work.ts'

/** The webhook endpoint of an environment. */
export interface Endpoint {
  environmentId: string
  url: string
  enabled: boolean
  /** The reason, where callgate switched it off. */
  offReason: string | null
  /** The last characters of the signing secret. */
  hint: string
  savedAt: number
  /** Until this time, the secret before the last rotation signs as well. */
  previousUntil: number | null
}

/** Finds the endpoint of an environment. Fails with `not_found`. */
export const requireEndpoint = function* <Row>(
  webhooks: { find(environmentId: string): Work<Row | undefined> },
  environmentId: string,
): Work<Row> {
  const endpoint = yield* webhooks.find(environmentId)
  if (endpoint) return endpoint
  throw new ApiError('not_found', { detail: 'There is no webhook yet.' })
}

/** An endpoint in an audit entry: only its host, since the rest of the URL may be a secret. */
export const endpointTarget = ({ url }: Pick<Endpoint, 'url'>, before?: Pick<Endpoint, 'url'>) => {
  const { host } = new URL(url)
  const former = before && new URL(before.url).host
  return former === undefined || former === host ? host : `${host}, until now ${former}`
}
