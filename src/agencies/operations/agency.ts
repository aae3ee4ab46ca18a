import { z } from 'zod'
import type { Agency, Plan } from '../agency.ts'
import { iso, nameSchema, planSchema, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { type HourOfUsage, lastHourInWords } from '../../usage/last-hour.ts'
import { inTurn, type Work } from '../../work.ts'

export const agencySchema = z.object({
  id: z.string(),
  name: z.string(),
  plan: planSchema,
  created_at: time,
  suspended_at: time
    .nullable()
    .meta({ description: 'When it was suspended: its API requests are rejected since' }),
})

export const presentAgency = ({ id, name, plan, createdAt, suspendedAt }: Agency) => ({
  id,
  name,
  plan,
  created_at: iso(createdAt),
  suspended_at: iso(suspendedAt),
})

const planField = planSchema.meta({ description: 'Only the Agency plan includes API access' })

interface CreateDeps {
  agencies: { create(name: string, plan: Plan, now: number): Work<Agency> }
}

export const createAgency = operation({
  name: 'agency.create',
  summary: 'Creates an agency with its two environments.',
  scope: 'gate',
  may: 'operator',
  input: { name: nameSchema.meta({ description: 'Its name' }), plan: planField },
  output: agencySchema,
  says: ({ name, id }) => `Created the agency ${name}: ${id}`,
  run: async ({ agencies }: CreateDeps, { input, now, change }) =>
    presentAgency(
      await change(
        () => agencies.create(input.name, input.plan, now),
        (made) => ({ action: 'agency.created', agency: made.id, target: made.name }),
      ),
    ),
})

interface ListDeps {
  agencies: { list(): Work<Agency[]> }
}

export const listAgencies = operation({
  name: 'agency.list',
  summary: 'Lists the agencies.',
  scope: 'agencies',
  may: 'admin',
  input: {},
  output: z.array(agencySchema),
  columns: ['id', 'plan', 'created_at', 'suspended_at', 'name'],
  empty: 'There are no agencies yet. Create one with: callgate agency create',
  *run({ agencies }: ListDeps, { agency: only }) {
    return (only ? [only] : yield* agencies.list()).map(presentAgency)
  },
})

export const showAgency = operation({
  name: 'agency.show',
  summary: 'Shows an agency.',
  scope: 'agency',
  may: 'admin',
  input: {},
  output: agencySchema,
  run: (_, { agency: shown }) => presentAgency(shown),
})

interface RenameDeps {
  agencies: { rename(id: string, name: string): Work<void> }
}

export const renameAgency = operation({
  name: 'agency.rename',
  summary: 'Renames an agency.',
  scope: 'agency',
  may: 'operator',
  input: { name: nameSchema.meta({ description: 'Its new name' }) },
  output: agencySchema,
  says: ({ name }) => `The agency is now called ${name}.`,
  run: async ({ agencies }: RenameDeps, { agency: before, input: { name }, change }) => {
    await change(() => agencies.rename(before.id, name), {
      action: 'agency.renamed',
      target: `${name}, until now ${before.name}`,
    })
    return presentAgency({ ...before, name })
  },
})

interface PlanDeps extends HourOfUsage {
  agencies: { setPlan(id: string, plan: Plan): Work<void> }
  environments: { list(agencyId: string): Work<{ id: string }[]> }
  keys: { live(environmentId: string): Work<object | undefined> }
}

export const changePlan = operation({
  name: 'agency.plan',
  summary: 'Changes an agency’s plan, from its next request on.',
  scope: 'agency',
  may: 'operator',
  input: { plan: planField },
  output: agencySchema,
  says: ({ name, plan }) => `${name} is now on the ${plan} plan.`,
  *ends({ environments, keys }: PlanDeps, { agency: { id, name, plan }, input }) {
    if (plan !== 'agency' || input.plan === 'agency') return undefined
    const live = yield* inTurn(yield* environments.list(id), (environment) => keys.live(environment.id))
    return live.some(Boolean)
      ? `All API requests of ${name} get 403 from now on: only the Agency plan includes API access.`
      : undefined
  },
  *impact(deps: PlanDeps, { agency: { id }, now }) {
    return yield* lastHourInWords(deps, yield* deps.environments.list(id), now)
  },
  run: async ({ agencies }: PlanDeps, { agency: before, input: { plan }, change }) => {
    await change(() => agencies.setPlan(before.id, plan), {
      action: 'plan.changed',
      target: `from ${before.plan} to ${plan}`,
    })
    return presentAgency({ ...before, plan })
  },
})
