import { BlockList } from 'node:net'
import { z } from 'zod'
import type { Agency } from '../../agencies/agency.ts'
import { ApiError } from '../../failures.ts'
import { adminToken, mintToken, tokenHash, tokenLast4 } from '../../keys/token.ts'
import { iso, nameSchema, time } from '../../names.ts'
import { addNetwork } from '../../networks.ts'
import { operation } from '../../operation/operation.ts'
import { isPermitted } from '../actor.ts'
import type { AdminToken } from '../admin-token.ts'
import { run, type Work } from '../../work.ts'

const permission = z
  .string()
  .regex(
    /^(?:\*|[a-z]+\.(?:\*|[a-z-]+))$/,
    'permission must be an operation such as key.rotate, a noun such as key.*, or *.',
  )
const network = z
  .string()
  .refine(
    (text) => addNetwork(new BlockList(), text),
    'allow_from must be an address or a network, such as 10.0.0.0/8.',
  )

const shown = {
  id: z.string(),
  name: z.string(),
  last4: z.string(),
  permission: z.array(z.string()),
  agency: z.string().nullable(),
  allow_from: z.array(z.string()),
  created_by: z.string(),
  created_at: time,
  expires_at: time.nullable(),
  last_used_at: time.nullable(),
}

const present = (token: AdminToken) => ({
  id: token.id,
  name: token.name,
  last4: token.last4,
  permission: token.permissions,
  agency: token.agencyId,
  allow_from: token.allowFrom ?? [],
  created_by: token.createdBy,
  created_at: iso(token.createdAt),
  expires_at: iso(token.expiresAt),
  last_used_at: iso(token.lastUsedAt),
})

interface CreateDeps {
  adminTokens: { add(token: AdminToken): Work<void> }
}

export const createToken = operation({
  name: 'token.create',
  summary: 'Creates an admin token for programs. It never places a real call.',
  scope: 'agencies',
  may: 'operator',
  sensitive: true,
  input: {
    name: nameSchema.meta({ description: 'What it is for' }),
    permission: z
      .array(permission)
      .min(1, 'permission is required.')
      .max(100)
      .meta({ description: 'What it may do: key.rotate, key.* or *; once for each', hint: 'operation' }),
    expires_at: z.iso
      .datetime({ offset: true, error: 'expires_at must be a time such as 2027-01-31T00:00:00Z.' })
      .optional()
      .meta({ description: 'When it stops working; never, where left out', hint: 'time' }),
    allow_from: z
      .array(network)
      .max(100)
      .optional()
      .meta({ description: 'A network it can be used from; repeat for several', hint: 'cidr' }),
  },
  output: z.object({
    token: z.string().meta({ description: 'Shown once: only its hash is kept' }),
    ...shown,
  }),
  says: ({ token, name }) => `${token}\nThe token ${name} will not be shown again.`,
  run: async ({ adminTokens }: CreateDeps, { input, agency, actor, now, change }) => {
    const expiresAt = input.expires_at === undefined ? null : Date.parse(input.expires_at)
    if (expiresAt !== null && expiresAt <= now)
      throw new ApiError('invalid_input', {
        detail: 'expires_at must be in the future.',
        param: 'expires_at',
      })
    if (!actor.mayDelegate)
      throw new ApiError('conflict', {
        detail: 'An admin token with an expiry or an address list cannot create tokens.',
      })
    const missing = input.permission.find(
      (each) => actor.permissions && !isPermitted(actor.permissions, each),
    )
    // A token cannot create one with more permissions than its own.
    if (missing !== undefined) throw new ApiError('permission_required', { detail: missing })
    const secret = mintToken(adminToken)
    const token: AdminToken = {
      id: Bun.randomUUIDv7(),
      hash: tokenHash(secret),
      last4: tokenLast4(secret),
      name: input.name,
      permissions: [...new Set(input.permission)],
      agencyId: agency?.id ?? null,
      allowFrom: input.allow_from?.length ? input.allow_from : null,
      createdBy: actor.name,
      createdAt: now,
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    }
    await change(() => adminTokens.add(token), { action: 'token.created', target: describe(token, agency) })
    return { token: secret, ...present(token) }
  },
})

const describe = ({ name, permissions }: AdminToken, agency: Agency | undefined) =>
  `${name}: ${permissions.join(', ')}${agency ? `, for ${agency.name}` : ''}`

interface ListDeps {
  adminTokens: { list(): Work<AdminToken[]> }
}

export const listTokens = operation({
  name: 'token.list',
  summary: 'Lists the admin tokens that are not revoked.',
  scope: 'gate',
  may: 'operator',
  input: {},
  output: z.array(z.object(shown)),
  *run({ adminTokens }: ListDeps) {
    return (yield* adminTokens.list()).map(present)
  },
})

interface RevokeDeps {
  adminTokens: {
    find(id: string): Work<AdminToken | undefined>
    revoke(id: string, now: number): Work<boolean>
  }
}

const tokenOf = function* ({ adminTokens }: RevokeDeps, id: string) {
  const token = yield* adminTokens.find(id)
  if (!token || token.revokedAt !== null)
    throw new ApiError('not_found', { detail: 'There is no such admin token.' })
  return token
}

export const revokeToken = operation({
  name: 'token.revoke',
  summary: 'Revokes an admin token. It stops working immediately.',
  scope: 'gate',
  may: 'operator',
  input: { token: z.string().max(64).meta({ description: 'The id of the token', hint: 'id' }) },
  output: z.object({ id: z.string(), name: z.string() }),
  says: ({ name }) => `The token ${name} has stopped working.`,
  *ends(deps: RevokeDeps, { input }) {
    return `The admin token ${(yield* tokenOf(deps, input.token)).name} stops working at once.`
  },
  run: async (deps: RevokeDeps, { input, now, change }) => {
    const token = await run(tokenOf(deps, input.token))
    await change(() => deps.adminTokens.revoke(token.id, now), {
      action: 'token.revoked',
      agency: token.agencyId,
      target: token.name,
    })
    return { id: token.id, name: token.name }
  },
})
