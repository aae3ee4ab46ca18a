import { Failure } from '../failures.ts'

/** Where an environment's events go. */
export interface Endpoint {
  environmentId: string
  url: string
  enabled: boolean
  /** Why it was switched off, where callgate did that. */
  offReason: string | null
  /** The last characters of the signing secret. */
  hint: string
  savedAt: number
  /** Until when the secret before the last rotation signs as well. */
  previousUntil: number | null
}

/** The endpoint of an environment. Fails with `not_found`. */
export const requireEndpoint = <Row>(
  webhooks: { find(environmentId: string): Row | undefined },
  environmentId: string,
): Row => {
  const endpoint = webhooks.find(environmentId)
  if (endpoint) return endpoint
  throw new Failure('not_found', { detail: 'There is no webhook yet.' })
}

/** What the audit says of an endpoint: its host alone, since the rest of the URL may be a secret. */
export const endpointTarget = ({ url }: Pick<Endpoint, 'url'>, before?: Pick<Endpoint, 'url'>) => {
  const { host } = new URL(url)
  const former = before && new URL(before.url).host
  return former === undefined || former === host ? host : `${host}, until now ${former}`
}
