import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../failures.ts'
import type { Keyring, KeyInEnvironment } from '../keys/keyring.ts'
import { tokenFlaw } from '../keys/token.ts'
import type { Log } from '../telemetry/log.ts'
import { clientAddress } from './address.ts'
import { keysInUrl } from './bearer.ts'
import type { RecordRefusal, RefusedRequest } from './record-refusal.ts'
import { pathOf } from './url.ts'
import { run, type Work } from '../work.ts'

export interface ExposedKeysDeps {
  keyring: Pick<Keyring, 'find'>
  recordRefusal: RecordRefusal
  /** Records for the agency's admins that the key was sent in a URL. */
  markKeyExposed(key: KeyInEnvironment, now: number, address: string | null): Work<void>
  patternOf(path: string): string
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
  trustedProxies: Config['trustedProxies']
}

/** A URL with more keys is no mistake, and each costs a look-up. */
const lookedUpMost = 3

/** Throws for a request with a key anywhere in its URL, whatever its header holds. Marks the key as exposed. */
export const createRefuseKeyInUrl = (deps: ExposedKeysDeps) => {
  const { keyring, recordRefusal, patternOf, clock, log } = deps

  const markKeyExposed = async (key: KeyInEnvironment, address: string | null) => {
    try {
      await run(deps.markKeyExposed(key, clock.now(), address))
    } catch (error) {
      log.warn('a key seen in a URL could not be noted', { key_id: key.id, error: String(error) })
    }
  }

  return (context: Omit<RefusedRequest, 'route'>) => {
    const exposed = keysInUrl(context.request.url)
    if (exposed.length === 0) return
    const refusal = new ApiError('key_in_url')
    const known = exposed
      .slice(0, lookedUpMost)
      .flatMap((token) => (tokenFlaw(token) ? [] : (keyring.find(token) ?? [])))
    refusal.asker = known[0]
    const route = patternOf(pathOf(context.request))
    for (const key of new Set(known)) {
      if (key.exposedAt === null)
        void markKeyExposed(key, clientAddress(context.request, context.server, deps.trustedProxies))
      recordRefusal(key, refusal, { ...context, route }, false)
    }
    throw refusal
  }
}
