import { Elysia, status } from 'elysia'
import { agencyFlaw } from '../agencies/agency.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../failures.ts'
import type { Keyring, KeyInEnvironment } from '../keys/keyring.ts'
import type { WindowJournal } from '../limits/journal.ts'
import type { Windows } from '../limits/window.ts'
import type { Usage } from '../usage/usage.ts'
import { clientAddress, type Listener } from './address.ts'
import { readBearer, readUserAgent } from './bearer.ts'
import type { RecordRequest } from './record-request.ts'
import { answerProgram } from './failure.ts'
import { respondJson } from './respond.ts'
import type { RateLimits } from './rate-limits.ts'
import type { RecordRefusal, RefusedRequest } from './record-refusal.ts'

export interface AdmissionDeps {
  keyring: Keyring
  windows: Windows
  journal: Pick<WindowJournal, 'note'>
  rateLimits: RateLimits
  usage: Pick<Usage, 'grant'>
  recordRefusal: RecordRefusal
  recordRequest: RecordRequest
  /** The error for an address that has sent too many wrong keys. */
  countWrongKey(address: string | null): ApiError | undefined
  clock: Clock
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
  /** The limit of environments that have none of their own. */
  requestsPerMinute: number
  server: Listener
  trustedProxies: Config['trustedProxies']
}

/** A request as the plugin `request-context` leaves it. */
interface Opened extends Omit<RefusedRequest, 'server'> {
  begunAt?: number
}

/**
 * Admits a request: key, agency, API access, then a grant of the window. All before the body is read, and from look-up
 * to grant in one synchronous step, so that no change can come in between.
 */
export const admission = (deps: AdmissionDeps) => {
  const { keyring, windows, rateLimits, usage, recordRefusal, clock, server } = deps

  const addressOf = (request: Request) => clientAddress(request, server, deps.trustedProxies)

  /** The error for a key that does not open its environment now. */
  const judge = (key: KeyInEnvironment): ApiError | undefined => {
    if (key.replacedAt !== null)
      return new ApiError('rotated_key', { detail: new Date(key.replacedAt).toISOString() })
    const flaw = agencyFlaw(key.environment)
    if (flaw) return new ApiError(flaw)
    if (key.environment.accessDisabledBy !== null) return new ApiError('access_disabled')
    return undefined
  }

  /** Counts a wrong key against its address. A right key is admitted from a throttled address too. */
  const throttled = (refusal: ApiError, request: Request): ApiError =>
    refusal.reason === 'invalid_key' || refusal.reason === 'malformed_key'
      ? (deps.countWrongKey(addressOf(request)) ?? refusal)
      : refusal

  const admit = (context: RefusedRequest) => {
    const { request, set } = context
    const now = clock.now()
    const token = readBearer(request.headers.get('authorization'))
    if (token instanceof ApiError) return throttled(token, request)
    const key = keyring.find(token)
    if (!key) return throttled(new ApiError('invalid_key'), request)
    const refused = (refusal: ApiError) => {
      refusal.asker = key
      recordRefusal(key, refusal, context, false)
      return refusal
    }
    const refusal = judge(key)
    if (refusal) return refused(refusal)

    const { environment } = key
    const limit = environment.requestsPerMinute ?? deps.requestsPerMinute
    const window = windows.take(environment.id, limit, clock.monotonic())
    rateLimits.writeHeaders(set.headers, environment, window)
    if (!window.granted)
      return refused(new ApiError('rate_limited', { retryAfterSeconds: window.resetSeconds }))
    const grantNumber = deps.journal.note()
    const readClient = () => ({ address: addressOf(request), userAgent: readUserAgent(request) })
    usage.grant({ environmentId: environment.id, keyId: key.id }, readClient, now)

    /**
     * To be called after every wait and before any change: the key may have been rotated or disabled during the wait.
     */
    const confirm = () => {
      const current = keyring.findAgain(key)
      const flaw = current ? judge(current) : new ApiError('invalid_key')
      if (flaw) throw flaw
    }
    return { key, environment, window, grantNumber, confirm }
  }

  return new Elysia({ name: 'admission' }).derive(
    { as: 'scoped' },
    ({ request, set, route, begunAt }: Opened) => {
      set.headers['cache-control'] = 'no-store'
      const admitted = admit({ request, server, set, route })
      if (!(admitted instanceof ApiError)) return admitted
      const ended = { request, route, set: { headers: set.headers }, begunAt: begunAt ?? 0 }
      // Returned, not thrown: a thrown error costs more than an admitted request.
      const answer = status(200, respondJson(answerProgram(admitted, set, deps.publicUrl()), set))
      // Between the two, because Elysia takes a hook that returns a call for an asynchronous one, and waits for it.
      deps.recordRequest(ended, admitted.status, admitted)
      return answer
    },
  )
}
