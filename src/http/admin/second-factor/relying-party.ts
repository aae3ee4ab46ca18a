import type { Server } from 'bun'
import type { RelyingParty } from '../../../people/passkeys.ts'
import { type GuardDeps, ourOrigins } from '../guard.ts'

/** Passkeys belong to the host name of `CALLGATE_PUBLIC_URL`, or else to the requested one. */
export const relyingParty = (
  { request, server }: { request: Request; server: Pick<Server<unknown>, 'requestIP'> | null },
  config: GuardDeps['config'],
): RelyingParty => {
  const origins = ourOrigins(request, server, config)
  return { id: new URL(config.publicUrl ?? origins[0] ?? '').hostname, origins }
}
