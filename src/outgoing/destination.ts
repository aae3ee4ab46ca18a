import { lookup } from 'node:dns/promises'
import ipaddr from 'ipaddr.js'
import { addressProblem } from './address.ts'
import { type AllowPrivate, mayOpen, opens } from './private-destinations.ts'

export interface DestinationRules {
  /** Where requests may go over plain http, by local names, and to addresses of this machine and of private networks. */
  allowPrivate: AllowPrivate
}

/** Resolves a name to all its addresses, IPv4 and IPv6. */
export type Resolve = (host: string) => Promise<string[]>

/** The problem of a URL as a destination, as a sentence that does not repeat it; undefined without one. */
export const destinationProblem = (url: string, rules: DestinationRules): string | undefined => {
  const problem = URL.canParse(url) ? urlProblem(new URL(url), rules) : noWebAddress
  return problem && `This URL cannot be used: ${problem}.`
}

/** Resolves a URL now: the addresses that may be dialled, or the reason against it. Throws the errors of `resolve`. */
export const findAddresses = async (
  url: string,
  rules: DestinationRules,
  resolve: Resolve,
): Promise<{ problem: string } | { problem: undefined; url: URL; addresses: string[] }> => {
  if (!URL.canParse(url)) return { problem: noWebAddress }
  const parsed = new URL(url)
  const problem = urlProblem(parsed, rules)
  if (problem) return { problem }
  const literal = literalOf(parsed)
  const found = literal === undefined ? await resolve(parsed.hostname) : [literal]
  // One private address among public ones blocks the name: its DNS server cannot be trusted.
  for (const address of found) {
    const isOpened = opens(rules.allowPrivate, parsed, address)
    const reason = addressProblem(address, isOpened)
    if (reason) return { problem: `its address is ${reason}` }
    // With a list, plain http is for the destinations on it.
    if (parsed.protocol === 'http:' && !isOpened) return { problem: onlyHttps }
  }
  const addresses = new Set(found.map((address) => ipaddr.process(address).toString()))
  return { problem: undefined, url: parsed, addresses: [...addresses] }
}

/** The system's resolver, IPv4 and IPv6, including the hosts file. */
export const resolveAll: Resolve = async (host) =>
  (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address)

/** The IP address in a URL without a host name; the URL parser has normalized its spelling. */
export const literalOf = ({ hostname }: URL) => {
  if (hostname.startsWith('[')) return hostname.slice(1, -1)
  return ipaddr.IPv4.isValidFourPartDecimal(hostname) ? hostname : undefined
}

const noWebAddress = 'it is not a valid URL'
const onlyHttps = 'it must begin with https://'
/** RFC 6761 and 6762, .internal and .home.arpa: names with a local meaning only. */
const localName = /^[^.]*$|(^|\.)(localhost|localdomain|local|internal|home\.arpa)$/

/** The problems that show in the URL itself. */
const urlProblem = (url: URL, { allowPrivate }: DestinationRules): string | undefined => {
  const literal = literalOf(url)
  const isOpened = literal === undefined ? mayOpen(allowPrivate, url) : opens(allowPrivate, url, literal)
  if (url.protocol !== 'https:' && !(isOpened && url.protocol === 'http:'))
    return isOpened ? 'it must begin with https:// or http://' : onlyHttps
  if (url.username !== '' || url.password !== '') return 'it contains a user name or a password'
  if (url.hash !== '') return 'it contains a fragment (the part after #)'
  if (url.port === '0') return 'there is no port 0'
  if (literal !== undefined) {
    const problem = addressProblem(literal, isOpened)
    return problem && `its address is ${problem}`
  }
  const name = url.hostname.replace(/\.$/, '')
  if (name === '' || /^\.|\.\.|\.$/.test(name)) return 'its host name is not valid'
  return !isOpened && localName.test(name) ? 'its host name is local' : undefined
}
