import { BlockList, isIP } from 'node:net'
import { addNetwork } from '../networks.ts'

/** The credential of a program that administers the gate. Only the hash of its secret is stored. */
export interface AdminToken {
  id: string
  hash: string
  last4: string
  name: string
  /** Patterns of operations: `key.rotate`, `key.*` or `*`. */
  permissions: string[]
  /** The only agency that it may administer; null for all. */
  agencyId: string | null
  /** The networks (CIDR) from which it may be used; null for any. */
  allowFrom: string[] | null
  createdBy: string
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  revokedAt: number | null
}

/** The flaw of a token, in words for its holder, who has the secret; undefined when it is valid. */
export const adminTokenFlaw = (
  token: AdminToken | undefined,
  now: number,
  address: string | null,
): string | undefined => {
  if (!token) return 'there is no such token'
  if (token.revokedAt !== null) return `it was revoked on ${new Date(token.revokedAt).toISOString()}`
  if (token.expiresAt !== null && token.expiresAt <= now)
    return `it expired on ${new Date(token.expiresAt).toISOString()}`
  if (token.allowFrom && !isFrom(token.allowFrom, address)) return 'it is not allowed from this address'
  return undefined
}

const isFrom = (networks: string[], address: string | null) => {
  const family = isIP(address ?? '')
  if (address === null || family === 0) return false
  const list = new BlockList()
  for (const network of networks) addNetwork(list, network)
  return list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
