import { isIP } from 'node:net'
import type { Server } from 'bun'
import ipaddr from 'ipaddr.js'
import type { Config } from '../config.ts'
import { isAddressOrLoopback, isHost } from './host.ts'
import { hostOf } from './url.ts'

type Trusted = Config['trustedProxies']
/** Where a request comes from; null when it did not come over a socket. */
export type Peer = ReturnType<Server<unknown>['requestIP']>

/** The server that a request came to; null without a socket. */
export type Listener = Pick<Server<unknown>, 'requestIP'> | null

/**
 * The client address of a request; null without a socket. Behind trusted proxies it is the last address in
 * `X-Forwarded-For` that is not a trusted proxy: the client could have forged all before it.
 */
export const clientAddress = (request: Request, server: Listener, trusted: Trusted): string | null => {
  const peer = server?.requestIP(request)?.address ?? null
  if (!isTrusted(peer, trusted)) return peer
  let nearest = peer
  for (const hop of (request.headers.get('x-forwarded-for') ?? '').split(',').toReversed()) {
    const address = addressIn(hop)
    if (address === undefined) return nearest
    nearest = address
    if (!isTrusted(address, trusted)) return nearest
  }
  return nearest
}

/** True for a request over https, to us or to a trusted proxy that says so in `X-Forwarded-Proto`. */
export const cameSecurely = (request: Request, server: Listener, trusted: Trusted): boolean => {
  if (request.url.startsWith('https:')) return true
  if (!isTrusted(server?.requestIP(request)?.address ?? null, trusted)) return false
  return request.headers.get('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https'
}

/** The origin that the browser of a request sees. */
export const ownOrigin = (request: Request, server: Listener, trusted: Trusted) =>
  ownOrigins(request, server, trusted)[0]

/**
 * All possible origins, the likeliest first: the host in a trusted proxy's `X-Forwarded-Host`, and the Host header,
 * which such a proxy may have set or passed on.
 */
export const ownOrigins = (request: Request, server: Listener, trusted: Trusted): [string, ...string[]] => {
  const scheme = cameSecurely(request, server, trusted) ? 'https' : 'http'
  const asked = originAt(scheme, request.headers.get('host') ?? new URL(request.url).host)
  const forwarded = forwardedHost(request, server, trusted)
  return forwarded === undefined ? [asked] : [originAt(scheme, forwarded), asked]
}

/** The valid host in a trusted proxy's `X-Forwarded-Host`. */
export const forwardedHost = (request: Request, server: Listener, trusted: Trusted): string | undefined => {
  if (!isTrusted(server?.requestIP(request)?.address ?? null, trusted)) return undefined
  const forwarded = request.headers.get('x-forwarded-host')?.split(',').at(-1)?.trim() ?? ''
  return isHost(forwarded) ? forwarded : undefined
}

/** Omits the scheme's default port, as browsers do in an origin. */
const originAt = (scheme: string, host: string) => new URL(`${scheme}://${host}`).origin

/** True for a request from this machine that no proxy has forwarded. */
export const isFromThisMachine = (request: Request, server: Listener): boolean => {
  const peer = server?.requestIP(request)?.address ?? ''
  const passedOn = ['forwarded', 'x-forwarded-for', 'via'].some((name) => request.headers.has(name))
  return !passedOn && ipaddr.isValid(peer) && ipaddr.process(peer).range() === 'loopback'
}

/**
 * True for a request whose host is an IP address or `localhost`. A page of another site can reach us only under its own
 * name (DNS rebinding).
 */
export const namesAddress = (request: Request) =>
  isAddressOrLoopback(request.headers.get('host') ?? hostOf(request))

/** Maps an IPv4 address on an IPv6 socket to its IPv4 form. */
export const isTrusted = (address: string | null, trusted: Trusted): boolean =>
  address !== null && trusted !== null && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Parses an address as proxies write it, with or without a port. Undefined for anything else. */
const addressIn = (hop: string): string | undefined => {
  const text = hop.trim()
  if (isIP(text) === 4) return text
  const [, bracketed, v4] = /^(?:\[([\da-fA-F:.]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? []
  const bare = bracketed ?? v4 ?? text
  return isIP(bare) > 0 ? ipaddr.process(bare).toString() : undefined
}
