import type { Server } from 'bun'
import ipaddr from 'ipaddr.js'

/** Whose request it is, by its address; null where there is no socket. The one place that tells. */
export const clientAddress = (request: Request, server: Pick<Server<unknown>, 'requestIP'> | null) =>
  server?.requestIP(request)?.address ?? null

/** Whom to count wrong keys against: an IPv4 address, or the /64 that an IPv6 host can pick its addresses from. */
export const throttleAddress = (address: string | null): string => {
  if (!address || !ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`).toString()
}
