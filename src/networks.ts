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
