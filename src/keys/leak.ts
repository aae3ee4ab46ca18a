import { type Deed, keyTarget } from '../audit.ts'
import type { NotPromise } from '../commit.ts'
import type { AdminToken } from '../people/admin-token.ts'
import type { Keyring, KeyInEnvironment } from './keyring.ts'
import { adminToken, holdsPrefix, tokenFlaw, tokenHash } from './token.ts'

interface LeakDeps {
  keyring: Pick<Keyring, 'find'>
  keys: { markLeaked(key: KeyInEnvironment, where: string | null, now: number): boolean }
  adminTokens: {
    findByHash(hash: string): AdminToken | undefined
    revoke(id: string, now: number): boolean
  }
  audit: { change<T>(make: () => NotPromise<T>, deed: (made: T) => Deed | undefined): T }
}

/** What became of a reported token: ended by the report, ended before, or none of ours. */
export type LeakResult = 'disabled' | 'dead' | 'unknown'

/**
 * Ends what somebody found lying open, in one step with the line that says so: the access of a key's environment is
 * switched off, an admin token revoked. `where` is what the finder says.
 */
export const createReportLeak = ({ keyring, keys, adminTokens, audit }: LeakDeps) => {
  const finder = (now: number, address: string | null) => ({ at: now, actor: 'leak finder', address })

  const reportKey = (
    token: string,
    where: string | null,
    now: number,
    address: string | null,
  ): LeakResult => {
    const key = tokenFlaw(token) === undefined ? keyring.find(token) : undefined
    if (!key) return 'unknown'
    if (key.replacedAt !== null) return 'dead'
    const { agencyId: agency, name: environment } = key.environment
    const target = `${keyTarget(key)}${foundAt(where)}; access was disabled`
    audit.change(
      () => keys.markLeaked(key, where, now),
      (isNews) =>
        isNews ? { ...finder(now, address), action: 'key.leaked', agency, environment, target } : undefined,
    )
    return 'disabled'
  }

  const reportAdminToken = (
    secret: string,
    where: string | null,
    now: number,
    address: string | null,
  ): LeakResult => {
    const token =
      tokenFlaw(secret, adminToken) === undefined ? adminTokens.findByHash(tokenHash(secret)) : undefined
    if (!token) return 'unknown'
    if (token.revokedAt !== null) return 'dead'
    audit.change(
      () => adminTokens.revoke(token.id, now),
      () => ({
        ...finder(now, address),
        action: 'token.leaked',
        agency: token.agencyId,
        target: `${token.name}${foundAt(where)}; it was revoked`,
      }),
    )
    return 'disabled'
  }

  return (token: string, where: string, now: number, address: string | null): LeakResult =>
    (token.startsWith(adminToken.prefix) ? reportAdminToken : reportKey)(token, placeOf(where), now, address)
}

const foundAt = (where: string | null) => (where === null ? '' : `, found at ${where}`)

const whereMost = 500

/**
 * Where a key was found, as it may be kept: the address of a page and a place on it. What a query or a name before the
 * host could carry is left out, and so is a path that has a key in it. Null when it is no web address, or the host's name
 * has one: in lower case, and so soon guessed.
 */
const placeOf = (where: string): string | null => {
  const url = URL.parse(where)
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  const place = `${url.origin}${url.pathname}${/^#[\w-]{1,60}$/.test(url.hash) ? url.hash : ''}`
  if (place.length <= whereMost && !holdsKey(place)) return place
  return holdsKey(url.origin) ? null : url.origin
}

/** Escaped once or many times over. */
const holdsKey = (text: string): boolean => {
  if (holdsPrefix(text)) return true
  const plain = text.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  )
  return plain !== text && holdsKey(plain)
}
