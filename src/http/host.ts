import { isIP } from 'node:net'
import type { Config } from '../config.ts'

/** RFC 9110 §7.2: a host and an optional port. Two Host headers arrive joined by a comma and do not match. */
const hostPattern = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/

/** The pattern also matches invalid addresses and badly encoded names, which no URL can hold. */
export const isHost = (host: string) => hostPattern.test(host) && URL.canParse(`http://${host}/`)

/**
 * True for an IP address and for `localhost`, which no stranger's DNS can point here. A page that a browser loaded from
 * any other name may be an attacker's (DNS rebinding).
 */
export const isAddressOrLoopback = (host: string): boolean => {
  if (!isHost(host)) return false
  const name = nameOf(host)
  return name.startsWith('[') || isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')
}

/** Returns a test for the hosts that are served: any without a public URL; else its own, addresses and `localhost`. */
export const servedHosts = ({ publicUrl }: Pick<Config, 'publicUrl'>) => {
  const own = publicUrl === null ? null : nameOf(new URL(publicUrl).host)
  return (host: string): boolean => own === null || nameOf(host) === own || isAddressOrLoopback(host)
}

/** Without the port and the dot at the end, in lower case; an IPv4 address in its usual form. */
const nameOf = (host: string) => new URL(`http://${host}/`).hostname.replace(/\.$/, '')
