import type { Server } from 'bun'
import type { Config } from '../../config.ts'
import type { AuditActor } from '../../audit.ts'
import { clientAddress } from '../address.ts'

/** The actor of a request from the dashboard, as the audit records it. */
export const pageActor = (
  email: string,
  { request, server }: { request: Request; server: Pick<Server<unknown>, 'requestIP'> | null },
  { trustedProxies }: Pick<Config, 'trustedProxies'>,
): AuditActor => ({
  name: email,
  address: clientAddress(request, server, trustedProxies),
})
