import { type BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Adds an address or a network in CIDR form to a list; false when the text is neither. */
export const addNetwork = (list: BlockList, text: string): boolean => {
  if (ipaddr.isValidCIDR(text)) {
    const [network, bits] = ipaddr.parseCIDR(text)
    list.addSubnet(network.toString(), bits, network.kind())
    return true
  }
  const family = isIP(text)
  if (family > 0) list.addAddress(text, family === 6 ? 'ipv6' : 'ipv4')
  return family > 0
}

/**
 * The networks by which clients are counted: an IPv4 address; of IPv6 the /64, from which a host can pick any address,
 * and as its site the /48.
 */
export const clientNetworks = (address: string | null): { host: string; site?: string } => {
  const family = isIP(address ?? '')
  if (address === null || family === 0) return { host: 'unknown' }
  if (family === 4) return { host: address }
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return { host: parsed.toString() }
  const network = (bits: number) =>
    `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${bits}`).toString()}/${bits}`
  return { host: network(64), site: network(48) }
}
