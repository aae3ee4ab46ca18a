import { operation } from '../../operation/operation.ts'
import { type HourOfUsage, lastHourInWords } from '../../usage/last-hour.ts'
import { agencySchema, presentAgency } from './agency.ts'
import type { Work } from '../../work.ts'

interface SuspendDeps extends HourOfUsage {
  environments: { list(agencyId: string): Work<{ id: string }[]> }
  agencies: { suspend(id: string, now: number): Work<void>; resume(id: string): Work<void> }
}

export const suspendAgency = operation({
  name: 'agency.suspend',
  summary:
    'Suspends an agency: its API requests get 403 until an operator resumes it. Calls in progress continue.',
  scope: 'agency',
  may: 'operator',
  input: {},
  output: agencySchema,
  says: ({ name }) => `${name} is suspended. Resume it with: callgate agency resume`,
  ends: (_deps: SuspendDeps, { agency: { name, suspendedAt } }) =>
    suspendedAt === null
      ? `All API requests of ${name} get 403 from now on, until an operator resumes it.`
      : undefined,
  *impact(deps: SuspendDeps, { agency: { id }, now }) {
    return yield* lastHourInWords(deps, yield* deps.environments.list(id), now)
  },
  run: async ({ agencies }: SuspendDeps, { agency, now, change }) => {
    if (agency.suspendedAt !== null) return presentAgency(agency)
    await change(() => agencies.suspend(agency.id, now), { action: 'agency.suspended', target: agency.name })
    return presentAgency({ ...agency, suspendedAt: now })
  },
})

export const resumeAgency = operation({
  name: 'agency.resume',
  summary: 'Lifts the suspension of an agency.',
  scope: 'agency',
  may: 'operator',
  input: {},
  output: agencySchema,
  says: ({ name }) => `${name} is no longer suspended.`,
  run: async ({ agencies }: SuspendDeps, { agency, change }) => {
    if (agency.suspendedAt === null) return presentAgency(agency)
    await change(() => agencies.resume(agency.id), { action: 'agency.resumed', target: agency.name })
    return presentAgency({ ...agency, suspendedAt: null })
  },
})
