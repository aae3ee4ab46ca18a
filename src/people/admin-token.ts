import { BlockList, isIP } from 'node:net'
import { addNetwork } from '../networks.ts'

/** What a program administers with. Only the hash of its secret is kept. */
export interface AdminToken {
  id: string
  hash: string
  last4: string
  name: string
  /** Patterns of operations: `key.rotate`, `key.*` or `*`. */
  permissions: string[]
  /** The only agency that it sees; null for all. */
  agencyId: string | null
  /** Networks that it may be used from (CIDR); null for anywhere. */
  allowFrom: string[] | null
  createdBy: string
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  revokedAt: number | null
}

/** Why a token opens nothing now, in words for its holder, who has the secret; undefined when it does. */
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
