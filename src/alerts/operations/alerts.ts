import { z } from 'zod'
import { environmentNames } from '../../agencies/environment.ts'
import { ApiError } from '../../failures.ts'
import { iso, time } from '../../names.ts'
import { nameForAgency } from '../../people/shown-actor.ts'
import { operation } from '../../operation/operation.ts'
import { alertKindSchema, type ListedAlert } from '../alert.ts'
import { run, type Work } from '../../work.ts'

const alertsMost = 1000

interface ListDeps {
  alerts: {
    list(query: {
      agencyId?: string | undefined
      isOpen?: boolean | undefined
      before?: string | undefined
      limit: number
    }): Work<ListedAlert[]>
  }
}

export const listAlerts = operation({
  name: 'alert.list',
  summary: 'Lists alerts, newest first. An agency’s admin sees those of that agency.',
  scope: 'agencies',
  may: 'admin',
  input: {
    open: z.boolean().optional().meta({ description: 'Only those that nobody has acknowledged' }),
    before: z
      .guid('before must be the id of an alert.')
      .toLowerCase()
      .optional()
      .meta({ description: 'Only alerts older than this one', hint: 'id' }),
    limit: z
      .int()
      .min(1)
      .max(alertsMost)
      .default(50)
      .meta({ description: `How many at most, up to ${alertsMost}` }),
  },
  output: z.array(
    z.object({
      id: z.string(),
      kind: alertKindSchema,
      at: time,
      last_at: time,
      count: z.int().meta({ description: 'How often it was noticed, from `at` until `last_at`' }),
      agency: z.string(),
      agency_name: z.string(),
      environment: z.enum(environmentNames),
      message: z.string(),
      access_disabled: z.boolean().meta({ description: 'Whether it disabled API access' }),
      acknowledged_at: time.nullable(),
      acknowledged_by: z.string().nullable(),
    }),
  ),
  columns: ['at', 'kind', 'agency_name', 'environment', 'message', 'count', 'acknowledged_by', 'id'],
  empty: 'There are no alerts.',
  *run({ alerts }: ListDeps, { agency, input: { open, before, limit } }) {
    return (yield* alerts.list({ agencyId: agency?.id, isOpen: open, before, limit })).map((alert) => ({
      id: alert.id,
      kind: alert.kind,
      at: iso(alert.at),
      last_at: iso(alert.lastAt),
      count: alert.count,
      agency: alert.agencyId,
      agency_name: alert.agencyName,
      environment: alert.environment,
      message: alert.message,
      access_disabled: alert.accessDisabled,
      acknowledged_at: iso(alert.acknowledgedAt),
      acknowledged_by: alert.acknowledgedBy,
    }))
  },
})

interface AcknowledgeDeps {
  alerts: {
    find(id: string): Work<ListedAlert | undefined>
    acknowledge(of: { id: string } | { agencyId?: string | undefined }, by: string, now: number): Work<number>
  }
}

export const acknowledgeAlerts = operation({
  name: 'alert.acknowledge',
  summary: 'Acknowledges an alert, or all of them. The dashboard then no longer shows a banner for them.',
  scope: 'agencies',
  may: 'admin',
  input: {
    alert: z
      .guid('alert must be the id of an alert.')
      .toLowerCase()
      .optional()
      .meta({ description: 'The alert’s ID', hint: 'id' }),
    all: z.literal(true).optional().meta({ description: 'All alerts, or all of one agency' }),
  },
  example: { all: true },
  output: z.object({ acknowledged: z.int().meta({ description: 'How many were still open' }) }),
  says: ({ acknowledged }) =>
    acknowledged === 1 ? '1 alert is acknowledged.' : `${acknowledged} alerts are acknowledged.`,
  run: async ({ alerts }: AcknowledgeDeps, { actor, agency, input, now, change }) => {
    if ((input.alert === undefined) === (input.all === undefined))
      throw new ApiError('invalid_input', { detail: 'Give either alert or all.' })
    const alert = input.alert === undefined ? undefined : await run(alerts.find(input.alert))
    if (input.alert !== undefined && (!alert || (agency && alert.agencyId !== agency.id)))
      throw new ApiError('not_found', { detail: 'There is no such alert.' })
    const acknowledged = await change(
      () =>
        alerts.acknowledge(alert ? { id: alert.id } : { agencyId: agency?.id }, nameForAgency(actor), now),
      (count) =>
        count === 0
          ? undefined
          : {
              action: 'alert.acknowledged',
              agency: alert?.agencyId ?? agency?.id ?? null,
              ...(alert && { environment: alert.environment }),
              target: alert ? alert.message : `${count}`,
            },
    )
    return { acknowledged }
  },
})
