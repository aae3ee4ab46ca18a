import type { Server } from 'bun'
import type { Config } from '../../config.ts'
import type { AuditActor } from '../../audit.ts'
import type { Person } from '../../people/person.ts'
import { clientAddress } from '../address.ts'

/** The actor of a request from the dashboard, as the audit records it. */
export const pageActor = (
  { id, email, role }: Pick<Person, 'id' | 'email' | 'role'>,
  { request, server }: { request: Request; server: Pick<Server<unknown>, 'requestIP'> | null },
  { trustedProxies }: Pick<Config, 'trustedProxies'>,
): AuditActor & Pick<Person, 'id' | 'role'> => ({
  id,
  name: email,
  role,
  address: clientAddress(request, server, trustedProxies),
})
