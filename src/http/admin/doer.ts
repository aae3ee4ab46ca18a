import type { Server } from 'bun'
import type { Config } from '../../config.ts'
import type { Doer } from '../../audit.ts'
import { clientAddress } from '../address.ts'

/** What the audit is told of who sent a request of the page. */
export const doer = (
  email: string,
  { request, server }: { request: Request; server: Pick<Server<unknown>, 'requestIP'> | null },
  { trustedProxies }: Pick<Config, 'trustedProxies'>,
  now: number,
): Doer => ({ at: now, actor: email, address: clientAddress(request, server, trustedProxies) })
