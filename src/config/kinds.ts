import { BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { isMailbox } from '../calls/mailbox.ts'
import { addNetwork } from '../networks.ts'
import { type AllowPrivate, parsePrivateDestination } from '../outgoing/private-destinations.ts'

/** The types of variables. Each error message continues after the variable's name. */
export const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((number) => number >= least && number <= most, error)
}

const yes = ['true', '1', 'yes', 'on']
const no = ['false', '0', 'no', 'off']

/** A boolean, in the usual words for it. */
export const flag = () =>
  z
    .string()
    .toLowerCase()
    .refine((word) => [...yes, ...no].includes(word), 'must be true or false')
    .transform((word) => yes.includes(word))

/** All private destinations, none, or a list of networks and hosts, as `10.0.0.0/8, hooks.lan:8443, [fd00::]/8`. */
export const privateDestinations = () =>
  z.string().transform((text, context): AllowPrivate => {
    const word = text.trim().toLowerCase()
    if (yes.includes(word)) return true
    if (no.includes(word)) return false
    const list = text.split(',').map((each) => parsePrivateDestination(each.trim()))
    const parsed = list.filter((each) => each !== undefined)
    if (parsed.length < list.length)
      context.addIssue(
        'must be true, false, or private networks and hosts separated by commas, for example 10.0.0.0/8,hooks.lan:8443,[fd00::]/8',
      )
    return parsed
  })

export const choice = <const T extends string>(...values: T[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` })

export const webAddress = () =>
  z
    .url({
      protocol: /^https?$/,
      error: 'must be an http or https address, for example https://calls.example.com',
      abort: true,
    })
    .refine((url) => isOrigin(new URL(url)), 'must not have a path, a query or a password')
    .transform((url) => new URL(url).origin)

/** An address or a name to listen on, as `0.0.0.0`, `::1`, `[::1]` or `localhost`. */
export const hostName = () =>
  z.string().transform((text, context) => {
    const name = hostIn(text)
    if (name !== undefined) return name
    context.addIssue(
      'must be an address or a name without a port, for example 127.0.0.1, or 0.0.0.0 for all addresses',
    )
    return z.NEVER
  })

/** A listening address, as `127.0.0.1:9464` or `[::1]:9464`. */
export const place = () =>
  z.string().transform((text, context) => {
    const [, name = '', port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text) ?? []
    const hostname = hostIn(name)
    if (hostname !== undefined && Number(port) <= portMost) return { hostname, port: Number(port) }
    context.addIssue('must be a host and a port, for example 127.0.0.1:9464')
    return z.NEVER
  })

const portMost = 65_535

/** A host as a socket takes it: IPv6 without brackets and in its shortest form. Undefined where it is none. */
const hostIn = (text: string): string | undefined => {
  const address = /^\[(.+)\]$/.exec(text)?.[1] ?? text
  if (isIP(address) === 6)
    return address.includes('%') ? undefined : new URL(`http://[${address}]`).hostname.slice(1, -1)
  if (isIP(text) === 4) return text
  const isName =
    /[a-z]/i.test(text) && text.split('.').every((label) => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label))
  return isName ? text : undefined
}

/** The addresses and networks of proxies, as `10.0.0.0/8, 2001:db8::/32, 192.0.2.7`. */
export const networks = () =>
  z.string().transform((text, context) => {
    const list = new BlockList()
    const entries = text.split(',').map((each) => each.trim())
    const added = entries.map((each) => addNetwork(list, each))
    if (added.includes(false))
      context.addIssue('must be addresses or networks separated by commas, for example 10.0.0.0/8,192.0.2.7')
    else if (entries.some(isTooWide))
      context.addIssue(
        'must not trust everybody: any client could then claim any address. Name the addresses of your proxies, in networks of at most /8 (IPv4) or /7 (IPv6)',
      )
    return list
  })

/** The widest networks that are somebody's own: 10.0.0.0/8 and fc00::/7. */
const isTooWide = (entry: string) => {
  if (!ipaddr.isValidCIDR(entry)) return false
  const [network, bits] = ipaddr.parseCIDR(entry)
  if (network.kind() === 'ipv4') return bits < 8
  // ::ffff:0:0/96 holds all IPv4 addresses.
  return bits < 7 || (bits < 96 + 8 && mapped.match(network, Math.min(bits, 96)))
}

const mapped = ipaddr.parse('::ffff:0:0')

const isOrigin = ({ pathname, search, hash, username, password }: URL) =>
  pathname === '/' && search + hash + username + password === ''

/** The address of a mail server, with its user name and password: `smtps://user:password@mail.example.com`. */
export const mailServer = () =>
  z.url({
    protocol: /^smtps?$/,
    error: 'must be an smtp or smtps address, for example smtps://user:password@mail.example.com',
  })

/** E-mail addresses, separated by commas. */
export const mailboxes = (most: number) => {
  const error =
    most === 1 ? 'must be an email address' : `must be up to ${most} email addresses, separated by commas`
  return z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .refine((list) => list.length <= most && list.every(isMailbox), error)
}
