import ipaddr from 'ipaddr.js'

/**
 * The problem of an IP address as a destination, as the end of a sentence that begins with "its address is"; undefined
 * without one. The address itself is not repeated: it may be the very thing that somebody tries to find out.
 */
export const addressProblem = (text: string, allowPrivate: boolean): string | undefined => {
  // A zone (fe80::1%eth0) names an interface of this machine, and cannot be part of a URL.
  if (!ipaddr.isValid(text) || text.includes('%')) return 'not a valid address'
  // An IPv4-mapped IPv6 address (::ffff:0:0/96) reaches the IPv4 address, and is judged as that.
  const address = ipaddr.process(text)
  const range = ipaddr.subnetMatch(address, ranges, 'reserved')
  if (range === 'public' || (allowPrivate && openedRanges.some((name) => name === range))) return undefined
  return range
}

/** The ranges that CALLGATE_ALLOW_PRIVATE_DESTINATIONS can open. All others stay closed. */
const openedRanges = ['loopback', 'private'] as const

/** True for a network that lies in one of these ranges. */
export const isOpenable = ([first, bits]: ReturnType<typeof ipaddr.parseCIDR>): boolean =>
  openedRanges.some((name) =>
    ranges[name]?.some(
      ([range, length]) => range.kind() === first.kind() && bits >= length && first.match(range, length),
    ),
  )

const among = (...networks: string[]) => networks.map((network) => ipaddr.parseCIDR(network))

/**
 * The IANA special-purpose registries of IPv4 and IPv6 (RFC 6890), with the multicast and the reserved block. The first
 * match counts. In IPv6 only global unicast (2000::/3) can be public.
 */
const ranges: Record<string, ReturnType<typeof among>> = {
  // The metadata services of clouds, which hold credentials, as far as they are not link-local.
  'a metadata service': among('100.100.100.200/32', '168.63.129.16/32', 'fd00:ec2::254/128'),
  loopback: among('127.0.0.0/8', '::1/128'),
  private: among('10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'),
  'link-local': among('169.254.0.0/16', 'fe80::/10'),
  multicast: among('224.0.0.0/4', 'ff00::/8'),
  reserved: among(
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.175.48.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
    // Teredo, ORCHID and the rest of the protocol assignments; documentation; 6to4; AS112.
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    '2620:4f:8000::/48',
    '3fff::/20',
  ),
  public: among('0.0.0.0/0', '2000::/3'),
}
