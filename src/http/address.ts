import ipaddr from 'ipaddr.js'

/** Whom to count wrong keys against: an IPv4 address, or the /64 that an IPv6 host can pick its addresses from. */
export const throttleAddress = (address: string | undefined): string => {
  if (!address || !ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`).toString()
}
