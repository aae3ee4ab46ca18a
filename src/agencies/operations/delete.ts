import { z } from 'zod'
import type { Call } from '../../calls/call.ts'
import type { Commit } from '../../commit.ts'
import { ApiError } from '../../failures.ts'
import { operation } from '../../operation/operation.ts'
import type { Agency } from '../agency.ts'

interface Own {
  agencyId: string | null
}

interface HoldingsDeps {
  environments: { list(agencyId: string): { id: string }[] }
  keys: { live(environmentId: string): object | undefined }
  agents: { list(agencyId: string): object[] }
  accounts: { list(agencyId: string): object[] }
  webhooks: { find(environmentId: string): object | undefined }
  calls: { holdingSlotsIn(environmentId: string): object[] }
  people: { list(): { person: Own }[] }
  adminTokens: { list(): Own[] }
}

interface DeleteDeps extends HoldingsDeps {
  agencies: { remove(id: string, now: number): void }
  keys: HoldingsDeps['keys'] & { removeOf(agencyId: string): void }
  agents: HoldingsDeps['agents'] & { removeOf(agencyId: string): void }
  webhooks: HoldingsDeps['webhooks'] & { remove(environmentId: string): void }
  predialHooks: { remove(environmentId: string): void }
  people: HoldingsDeps['people'] & { removeOf(agencyId: string): void }
  adminTokens: HoldingsDeps['adminTokens'] & { removeOf(agencyId: string): void }
  endCalls: {
    within(environmentIds: string[], reason: string): Call[]
    committed(ended: Call[]): void
  }
  commit: Commit
  isServing(): boolean
}

const counts = {
  calls: z.int().meta({ description: 'Calls in progress, which are hung up' }),
  keys: z.int(),
  agents: z.int(),
  accounts: z.int().meta({ description: 'Accounts at providers' }),
  webhooks: z.int(),
  people: z.int(),
  tokens: z.int().meta({ description: 'Admin tokens' }),
}

type Holdings = Record<keyof typeof counts, number>

const holdingsOf = (deps: HoldingsDeps, { id }: Agency): Holdings => {
  const environments = deps.environments.list(id)
  const isOwn = ({ agencyId }: Own) => agencyId === id
  return {
    calls: environments.reduce((sum, each) => sum + deps.calls.holdingSlotsIn(each.id).length, 0),
    keys: environments.filter((each) => deps.keys.live(each.id)).length,
    agents: deps.agents.list(id).length,
    accounts: deps.accounts.list(id).length,
    webhooks: environments.filter((each) => deps.webhooks.find(each.id)).length,
    people: deps.people.list().filter(({ person }) => isOwn(person)).length,
    tokens: deps.adminTokens.list().filter(isOwn).length,
  }
}

const words: Record<keyof Holdings, [one: string, many: string]> = {
  calls: ['call in progress', 'calls in progress'],
  keys: ['API key', 'API keys'],
  agents: ['agent', 'agents'],
  accounts: ['provider account', 'provider accounts'],
  webhooks: ['webhook', 'webhooks'],
  people: ['person', 'people'],
  tokens: ['admin token', 'admin tokens'],
}

const listed = (holdings: Holdings) =>
  Object.entries(holdings)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${words[name as keyof Holdings][count === 1 ? 0 : 1]}`)
    .join(', ')

/**
 * One transaction makes the agency unreachable: its keys are unknown, its calls over, its people signed out. The
 * provider accounts stay until the providers have hung up; calls and their data are removed later, in batches.
 */
export const deleteAgency = operation({
  name: 'agency.delete',
  summary: 'Deletes an agency and everything it has. Only its name remains, in the audit log.',
  scope: 'agency',
  may: 'operator',
  input: {},
  output: z.object({ id: z.string(), name: z.string(), ...counts }),
  says: ({ name }) => `${name} is deleted.`,
  ends: (deps: DeleteDeps, { agency }) => {
    const list = listed(holdingsOf(deps, agency))
    const removed = list === '' ? '' : `Ended and removed at once: ${list}. `
    return `${removed}All calls and usage of ${agency.name} are removed as well. The audit keeps its lines. This cannot be undone.`
  },
  run: async (deps: DeleteDeps, { agency, now, change }) => {
    const holdings = holdingsOf(deps, agency)
    // Only the server of this data directory can hang up.
    if (holdings.calls > 0 && !deps.isServing()) throw new ApiError('server_needed')
    const environments = deps.environments.list(agency.id).map(({ id }) => id)
    const endCalls = () => deps.endCalls.within(environments, 'The agency was deleted.')
    const ended = await change(
      () => {
        for (const id of environments) {
          deps.webhooks.remove(id)
          deps.predialHooks.remove(id)
        }
        for (const store of [deps.keys, deps.agents, deps.people, deps.adminTokens]) store.removeOf(agency.id)
        deps.agencies.remove(agency.id, now)
        return endCalls()
      },
      { action: 'agency.deleted', target: agency.name },
    )
    deps.endCalls.committed(ended)
    // A trigger that was admitted before may still wait for its commit: its call ends in that same commit.
    deps.endCalls.committed(await deps.commit(endCalls))
    return { id: agency.id, name: agency.name, ...holdings }
  },
})
