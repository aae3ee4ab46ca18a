import { z } from 'zod'
import type { Call } from '../../calls/call.ts'
import type { Commit } from '../../commit.ts'
import { ApiError } from '../../failures.ts'
import { operation } from '../../operation/operation.ts'
import type { Agency } from '../agency.ts'
import { inTurn, type Work } from '../../work.ts'

interface Own {
  agencyId: string | null
}

interface HoldingsDeps {
  environments: { list(agencyId: string): Work<{ id: string }[]> }
  keys: { live(environmentId: string): Work<object | undefined> }
  agents: { list(agencyId: string): Work<object[]> }
  accounts: { list(agencyId: string): Work<object[]> }
  webhooks: { find(environmentId: string): Work<object | undefined> }
  calls: { holdingSlotsIn(environmentId: string): Work<object[]> }
  people: { list(): Work<{ person: Own }[]> }
  adminTokens: { list(): Work<Own[]> }
}

interface DeleteDeps extends HoldingsDeps {
  agencies: { remove(id: string, now: number): Work<void> }
  keys: HoldingsDeps['keys'] & { removeOf(agencyId: string): Work<void> }
  agents: HoldingsDeps['agents'] & { removeOf(agencyId: string): Work<void> }
  webhooks: HoldingsDeps['webhooks'] & { remove(environmentId: string): Work<void> }
  predialHooks: { remove(environmentId: string): Work<void> }
  people: HoldingsDeps['people'] & { removeOf(agencyId: string): Work<void> }
  adminTokens: HoldingsDeps['adminTokens'] & { removeOf(agencyId: string): Work<void> }
  endCalls: {
    within(environmentIds: string[], reason: string): Work<Call[]>
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

const holdingsOf = function* (deps: HoldingsDeps, { id }: Agency): Work<Holdings> {
  const environments = yield* deps.environments.list(id)
  const isOwn = ({ agencyId }: Own) => agencyId === id
  const ids = environments.map((environment) => environment.id)
  return {
    calls: (yield* inTurn(ids, deps.calls.holdingSlotsIn)).flat().length,
    keys: (yield* inTurn(ids, deps.keys.live)).filter(Boolean).length,
    agents: (yield* deps.agents.list(id)).length,
    accounts: (yield* deps.accounts.list(id)).length,
    webhooks: (yield* inTurn(ids, deps.webhooks.find)).filter(Boolean).length,
    people: (yield* deps.people.list()).filter(({ person }) => isOwn(person)).length,
    tokens: (yield* deps.adminTokens.list()).filter(isOwn).length,
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
  *ends(deps: DeleteDeps, { agency }) {
    const list = listed(yield* holdingsOf(deps, agency))
    const removed = list === '' ? '' : `Ended and removed at once: ${list}. `
    return `${removed}All calls and usage of ${agency.name} are removed as well. The audit keeps its lines. This cannot be undone.`
  },
  run: async (deps: DeleteDeps, { agency, now, change }) => {
    const endCalls = (environments: string[]) => deps.endCalls.within(environments, 'The agency was deleted.')
    const { holdings, environments, ended } = await change(
      function* () {
        const held = yield* holdingsOf(deps, agency)
        // Only the server of this data directory can hang up.
        if (held.calls > 0 && !deps.isServing()) throw new ApiError('server_needed')
        const ids = (yield* deps.environments.list(agency.id)).map(({ id }) => id)
        for (const id of ids) {
          yield* deps.webhooks.remove(id)
          yield* deps.predialHooks.remove(id)
        }
        for (const store of [deps.keys, deps.agents, deps.people, deps.adminTokens])
          yield* store.removeOf(agency.id)
        yield* deps.agencies.remove(agency.id, now)
        return { holdings: held, environments: ids, ended: yield* endCalls(ids) }
      },
      { action: 'agency.deleted', target: agency.name },
    )
    deps.endCalls.committed(ended)
    // A trigger that was admitted before may still wait for its commit: its call ends in that same commit.
    deps.endCalls.committed(await deps.commit(() => endCalls(environments)))
    return { id: agency.id, name: agency.name, ...holdings }
  },
})
