import { adminToken, mintToken, tokenHash, tokenLast4 } from '../../src/keys/token.ts'
import type { AdminToken } from '../../src/people/admin-token.ts'
import type { Opened, World } from './world.ts'
import { atOnce } from '../../src/work.ts'

/** The roles in which every operation is attempted. */
export const roles = [
  'operator',
  'admin of the agency',
  'admin of another agency',
  'token with the permission',
  'token without the permission',
  'token of the agency with the permission',
] as const
export type Role = (typeof roles)[number]

/** The roles with an account for the dashboard; the others are tokens only. */
export const peopleRoles = ['operator', 'admin of the agency', 'admin of another agency'] as const

/** The permissions of a role's token, for the test of one operation. */
export const permissionsOf = (role: Role, operation: string) => {
  if (role === 'token without the permission') return ['nothing.*']
  return role.startsWith('token') ? [operation] : ['*']
}

/** Gives every role a token of its own; gives them by role. */
export const addTokens = ({ services }: Opened, { agencyOf, madeAt }: World, operation: string) =>
  Object.fromEntries(
    roles.map((role) => {
      const secret = mintToken(adminToken)
      const token: AdminToken = {
        id: Bun.randomUUIDv7(),
        hash: tokenHash(secret),
        last4: tokenLast4(secret),
        name: role,
        permissions: permissionsOf(role, operation),
        agencyId: agencyOf[role],
        allowFrom: null,
        createdBy: 'command line',
        createdAt: madeAt,
        expiresAt: null,
        lastUsedAt: madeAt,
        revokedAt: null,
      }
      atOnce(services.adminTokens.add(token))
      return [role, secret]
    }),
  ) as Record<Role, string>
