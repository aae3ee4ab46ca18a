import { z } from 'zod'
import { accessDisabledBySchema, environmentNameSchema, iso, planSchema, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import type { Work } from '../../work.ts'

interface LiveKey {
  id: string
  last4: string
  createdAt: number
  lastUsedAt: number | null
  exposedAt: number | null
  leakedAt: number | null
  leakedWhere: string | null
}

interface ShowDeps {
  keys: { live(environmentId: string): Work<LiveKey | undefined> }
  usage: { lastUse(keyId: string): number | undefined }
}

export const showKey = operation({
  name: 'key.show',
  summary: 'Shows facts about the API key. The key itself is not stored.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output: z.object({
    environment: environmentNameSchema,
    plan: planSchema,
    access: z.enum(['enabled', 'disabled']),
    access_disabled_by: accessDisabledBySchema,
    id: z.string().nullable(),
    last4: z.string().nullable(),
    created_at: time.nullable(),
    last_used_at: time.nullable(),
    seen_in_url_at: time.nullable(),
    leaked_at: time.nullable(),
    leaked_where: z.string().nullable(),
  }),
  *run({ keys, usage }: ShowDeps, { agency, environment }) {
    const live = yield* keys.live(environment.id)
    return {
      environment: environment.name,
      plan: agency.plan,
      access: environment.accessDisabledBy === null ? ('enabled' as const) : ('disabled' as const),
      access_disabled_by: environment.accessDisabledBy,
      id: live?.id ?? null,
      last4: live?.last4 ?? null,
      created_at: iso(live?.createdAt ?? null),
      last_used_at: iso((live && usage.lastUse(live.id)) ?? live?.lastUsedAt ?? null),
      seen_in_url_at: iso(live?.exposedAt ?? null),
      leaked_at: iso(live?.leakedAt ?? null),
      leaked_where: live?.leakedWhere ?? null,
    }
  },
})
