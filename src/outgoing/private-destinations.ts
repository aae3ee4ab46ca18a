import ipaddr from 'ipaddr.js'
import { isOpenable } from './address.ts'

type Network = ReturnType<typeof ipaddr.parseCIDR>

/** A network or a host that outgoing requests may go to although it is private. Null as port means every port. */
export type PrivateDestination =
  { network: Network; port: number | null } | { host: string; port: number | null }

/** The private destinations that are allowed: all of them, none, or those of a list. */
export type AllowPrivate = boolean | readonly PrivateDestination[]

/**
 * Parses an entry such as `10.0.0.0/8`, `10.1.2.3:8443`, `[fd00::]/8`, `[fd00::1]:8443` or `hooks.lan:8443`; undefined
 * for anything else, and for a network that is not private throughout.
 */
export const parsePrivateDestination = (text: string): PrivateDestination | undefined => {
  const [, before = '', bits, digits] =
    /^(\[[\da-f:.]+\]|[^:/[\]]+)(\/\d{1,3})?(?::(\d{1,5}))?$/i.exec(text) ?? []
  const port = digits === undefined ? null : Number(digits)
  if (before === '' || port === 0 || (port ?? 0) > portMost) return undefined
  const address = before.replace(/^\[(.*)\]$/, '$1')
  if (ipaddr.isValid(address) && !address.includes('%')) {
    const network = networkOf(address, bits)
    return network && isOpenable(network) ? { network, port } : undefined
  }
  const isName = bits === undefined && /[a-z]/i.test(before) && hostName.test(before)
  return isName ? { host: before.toLowerCase(), port } : undefined
}

const portMost = 65_535
const hostName = /^(?!-)[\w-]{1,63}(?:\.[\w-]{1,63})*$/

const networkOf = (address: string, bits: string | undefined): Network | undefined => {
  const parsed = ipaddr.parse(address)
  const most = parsed.kind() === 'ipv4' ? 32 : 128
  const length = bits === undefined ? most : Number(bits.slice(1))
  return length <= most ? [parsed, length] : undefined
}

/** True where a request to this URL may go to this private address. */
export const opens = (allowed: AllowPrivate, url: URL, address: string): boolean => {
  if (typeof allowed === 'boolean') return allowed
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return allowed.some((each) => {
    if (!isAtPort(each, url)) return false
    if ('host' in each) return each.host === nameIn(url)
    const [network, bits] = each.network
    return network.kind() === parsed.kind() && parsed.match(network, bits)
  })
}

/** True where a request to this host name may go to some private address: to which, its look-up has to show. */
export const mayOpen = (allowed: AllowPrivate, url: URL): boolean =>
  typeof allowed === 'boolean'
    ? allowed
    : allowed.some((each) => isAtPort(each, url) && (!('host' in each) || each.host === nameIn(url)))

const isAtPort = ({ port }: PrivateDestination, url: URL) =>
  port === null || port === Number(url.port || (url.protocol === 'https:' ? 443 : 80))

const nameIn = ({ hostname }: URL) => hostname.replace(/\.$/, '')
