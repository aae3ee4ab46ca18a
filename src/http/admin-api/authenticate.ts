import type { Server } from 'bun'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import { ApiError } from '../../failures.ts'
import { tokenHash } from '../../keys/token.ts'
import type { Actor } from '../../people/actor.ts'
import { type AdminToken, adminTokenFlaw } from '../../people/admin-token.ts'
import type { Log } from '../../telemetry/log.ts'
import { clientAddress } from '../address.ts'
import { adminTokenWanted, readBearer } from '../bearer.ts'
import { run, type Work } from '../../work.ts'

interface AuthenticateDeps {
  adminTokens: {
    findByHash(hash: string): Work<AdminToken | undefined>
    touch(id: string, now: number): Work<void>
  }
  /** The error for an address that has sent too many wrong keys. */
  countWrongKey(address: string | null): ApiError | undefined
  clock: Clock
  log: Pick<Log, 'warn'>
  trustedProxies: Config['trustedProxies']
}

export interface IncomingRequest {
  request: Request
  server: Pick<Server<unknown>, 'requestIP'> | null
}

/** The written time of last use may be this old. */
const touchEveryMs = 60_000

/** Authenticates a request to the admin API by its admin token. Throws the error that it is rejected with. */
export const createAuthenticate = ({ adminTokens, countWrongKey, clock, log, ...deps }: AuthenticateDeps) => {
  const touch = async ({ id, lastUsedAt }: AdminToken, now: number) => {
    if (lastUsedAt !== null && lastUsedAt > now - touchEveryMs) return
    try {
      await run(adminTokens.touch(id, now))
    } catch (error) {
      // A full disk must not lock out the operator who comes to fix it.
      log.warn('the last use of an admin token could not be written', { error: String(error) })
    }
  }

  return async ({ request, server }: IncomingRequest): Promise<Actor> => {
    const address = clientAddress(request, server, deps.trustedProxies)
    const secret = readBearer(request.headers.get('authorization'), adminTokenWanted)
    if (secret instanceof ApiError) throw throttled(secret, countWrongKey, address)
    const hash = tokenHash(secret)
    const find = function* () {
      const token = yield* adminTokens.findByHash(hash)
      const flaw = adminTokenFlaw(token, clock.now(), address)
      if (token && flaw === undefined) return token
      throw throttled(new ApiError('invalid_admin_token', { detail: flaw ?? '' }), countWrongKey, address)
    }
    const token = await run(find())
    await touch(token, clock.now())
    return {
      id: token.id,
      name: `token ${token.name}`,
      address,
      role: token.agencyId === null ? 'operator' : 'admin',
      agencyId: token.agencyId,
      permissions: token.permissions,
      mayDelegate: token.expiresAt === null && token.allowFrom === null,
      *confirm() {
        yield* find()
      },
      *requireConfirmed() {},
    }
  }
}

const throttled = (
  refusal: ApiError,
  countWrongKey: AuthenticateDeps['countWrongKey'],
  address: string | null,
) => (refusal.reason === 'invalid_admin_token' ? (countWrongKey(address) ?? refusal) : refusal)
