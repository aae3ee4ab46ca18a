import { actedBy, type AuditEntry, keyTarget } from '../audit.ts'
import type { AdminToken } from '../people/admin-token.ts'
import type { Keyring, KeyInEnvironment } from './keyring.ts'
import { adminToken, holdsPrefix, tokenFlaw, tokenHash } from './token.ts'
import type { Work } from '../work.ts'

interface LeakDeps {
  keyring: Pick<Keyring, 'find'>
  keys: { markLeaked(key: KeyInEnvironment, where: string | null, now: number): Work<boolean> }
  adminTokens: {
    findByHash(hash: string): Work<AdminToken | undefined>
    revoke(id: string, now: number): Work<boolean>
  }
  audit: { change<T>(make: () => Work<T>, entry: (made: T) => AuditEntry | undefined): Work<T> }
}

/** The result for a reported token: disabled by this report, dead before, or unknown. */
export type LeakResult = 'disabled' | 'dead' | 'unknown'

/**
 * Disables a leaked token in one transaction with the audit entry: for an API key, the access of its environment is
 * switched off; an admin token is revoked. `where` is the finder's text.
 */
export const createReportLeak = ({ keyring, keys, adminTokens, audit }: LeakDeps) => {
  const finder = (now: number, address: string | null) => actedBy({ name: 'leak finder', address }, now)

  const reportKey = function* (
    token: string,
    where: string | null,
    now: number,
    address: string | null,
  ): Work<LeakResult> {
    const key = tokenFlaw(token) === undefined ? keyring.find(token) : undefined
    if (!key) return 'unknown'
    if (key.replacedAt !== null) return 'dead'
    const { agencyId: agency, name: environment } = key.environment
    const target = `${keyTarget(key)}${foundAt(where)}; access was disabled`
    yield* audit.change(
      () => keys.markLeaked(key, where, now),
      (isNews) =>
        isNews ? { ...finder(now, address), action: 'key.leaked', agency, environment, target } : undefined,
    )
    return 'disabled'
  }

  const reportAdminToken = function* (
    secret: string,
    where: string | null,
    now: number,
    address: string | null,
  ): Work<LeakResult> {
    const token =
      tokenFlaw(secret, adminToken) === undefined
        ? yield* adminTokens.findByHash(tokenHash(secret))
        : undefined
    if (!token) return 'unknown'
    if (token.revokedAt !== null) return 'dead'
    yield* audit.change(
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

  return (token: string, where: string, now: number, address: string | null): Work<LeakResult> =>
    (token.startsWith(adminToken.prefix) ? reportAdminToken : reportKey)(token, placeOf(where), now, address)
}

const foundAt = (where: string | null) => (where === null ? '' : `, found at ${where}`)

const whereMost = 500

/**
 * The place of a leak as it may be stored: the address of a page and an anchor in it. Query and user name are dropped,
 * and so is a path with a key in it. Null for anything but a web address, and for a host name with a key in it: lower
 * case, so quickly guessed.
 */
const placeOf = (where: string): string | null => {
  const url = URL.parse(where)
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  const place = `${url.origin}${url.pathname}${/^#[\w-]{1,60}$/.test(url.hash) ? url.hash : ''}`
  if (place.length <= whereMost && !holdsKey(place)) return place
  return holdsKey(url.origin) ? null : url.origin
}

/** Percent-encoded once or repeatedly. */
const holdsKey = (text: string): boolean => {
  if (holdsPrefix(text)) return true
  const plain = text.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  )
  return plain !== text && holdsKey(plain)
}
