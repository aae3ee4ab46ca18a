import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { operation } from '../../operation/operation.ts'
import { type Agent, type FindAgents, requireAgent } from '../agent.ts'
import { agentField, defaultIn, type Defaults } from './agent.ts'
import type { Work } from '../../work.ts'

interface DeleteDeps extends Defaults {
  agents: FindAgents & { delete(id: string, now: number): Work<void> }
  calls: { hasActive(agentId: string): Work<boolean> }
}

/** Finds an agent that can be deleted, because it has no active call. Fails with `not_found` or `conflict`. */
const requireIdle = function* (deps: DeleteDeps, agencyId: string, reference: string): Work<Agent> {
  const found = yield* requireAgent(deps.agents, agencyId, reference)
  const places = yield* defaultIn(deps, found)
  if (places.length > 0)
    throw new ApiError('conflict', {
      detail: `This is the default agent in ${places.join(' and ')}. Choose another one there first.`,
    })
  if (yield* deps.calls.hasActive(found.id))
    throw new ApiError('conflict', {
      detail: 'A call of this agent is in progress. Wait until it has ended.',
    })
  return found
}

export const deleteAgent = operation({
  name: 'agent.delete',
  summary: 'Deletes an agent. Its calls are kept, with its name.',
  scope: 'agency',
  may: 'admin',
  input: { agent: agentField },
  example: { agent: 'Ann' },
  output: z.object({ id: z.string(), name: z.string() }),
  says: ({ name }) => `The agent ${name} is deleted.`,
  *ends(deps: DeleteDeps, { agency, input }) {
    const { name } = yield* requireIdle(deps, agency.id, input.agent)
    return `${name} places no more calls: requests that name this agent get 400 Agent not found.`
  },
  run: async (deps: DeleteDeps, { agency, input, now, change }) => {
    const { id, name } = await change(
      function* () {
        const found = yield* requireIdle(deps, agency.id, input.agent)
        yield* deps.agents.delete(found.id, now)
        return found
      },
      (deleted) => ({ action: 'agent.deleted', target: deleted.name }),
    )
    return { id, name }
  },
})
