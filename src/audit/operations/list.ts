import { z } from 'zod'
import { type EnvironmentName, environmentNames } from '../../agencies/environment.ts'
import { iso, time } from '../../names.ts'
import type { Actor } from '../../people/actor.ts'
import { operation } from '../../operation/operation.ts'
import type { Work } from '../../work.ts'

interface Line {
  id: string
  at: number
  actor: string
  actorId: string | null
  actorRole: string | null
  address: string | null
  agencyId: string | null
  agencyName: string | null
  environment: EnvironmentName | null
  action: string
  target: string | null
  times: number | null
}

interface ListDeps {
  audit: {
    /** As the viewer may see it. */
    listFor(
      viewer: Pick<Actor, 'agencyId'>,
      query: { agency?: string | undefined; before?: string | undefined; limit: number },
    ): Work<Line[]>
  }
}

const linesMost = 1000

export const listAudit = operation({
  name: 'audit.list',
  summary:
    'Lists the audit log, newest first. An agency’s admin sees the entries of that agency, without the names of operators.',
  scope: 'agencies',
  may: 'admin',
  input: {
    before: z
      .guid('before must be the id of a line.')
      .toLowerCase()
      .optional()
      .meta({ description: 'Only lines older than this one', hint: 'id' }),
    limit: z
      .int()
      .min(1)
      .max(linesMost)
      .default(50)
      .meta({ description: `How many at most, up to ${linesMost}` }),
  },
  output: z.array(
    z.object({
      id: z.string(),
      at: time,
      actor: z.string(),
      actor_id: z.string().nullable().meta({ description: 'Of the person or the admin token' }),
      actor_role: z.string().nullable(),
      address: z.string().nullable(),
      agency: z.string().nullable(),
      agency_name: z.string().nullable(),
      environment: z.enum(environmentNames).nullable(),
      action: z.string().meta({ description: 'What was done: `key.rotated`' }),
      target: z.string().nullable(),
      times: z
        .int()
        .nullable()
        .meta({ description: 'How often within a minute, for attempts that were denied' }),
    }),
  ),
  columns: ['at', 'actor', 'action', 'agency_name', 'environment', 'target'],
  empty: 'Nothing was done yet.',
  *run({ audit }: ListDeps, { actor, agency, input: { before, limit } }) {
    return (yield* audit.listFor(actor, { agency: agency?.id, before, limit })).map(
      ({ agencyId, agencyName, actorId, actorRole, at, ...line }) => ({
        ...line,
        at: iso(at),
        actor_id: actorId,
        actor_role: actorRole,
        agency: agencyId,
        agency_name: agencyName,
      }),
    )
  },
})
