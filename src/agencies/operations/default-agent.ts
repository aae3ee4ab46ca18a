import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { environmentNameSchema } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { type FindAgents, requireAgent } from '../agent.ts'
import { agentField } from './agent.ts'
import { run, type Work } from '../../work.ts'

interface DefaultDeps {
  agents: FindAgents
  environments: { setDefaultAgent(environmentId: string, agentId: string | null): Work<void> }
}

export const chooseDefaultAgent = operation({
  name: 'agent.default',
  summary: 'Sets the agent for calls that name none.',
  scope: 'environment',
  may: 'admin',
  input: {
    agent: agentField.optional(),
    none: z.boolean().optional().meta({ description: 'No default agent: calls that name none are rejected' }),
  },
  example: { agent: 'Ann' },
  output: z.object({
    environment: environmentNameSchema,
    default_agent: z.string().nullable(),
    default_agent_name: z.string().nullable(),
  }),
  says: ({ environment, default_agent_name: name }) =>
    name === null
      ? `There is no default agent in ${environment} now: calls that name none are rejected.`
      : `${name} is now the default agent in ${environment}.`,
  ends: (_deps: DefaultDeps, { agency, environment, input: { agent, none } }) =>
    none === true && agent === undefined && environment.defaultAgentId !== null
      ? `All ${environment.name} calls of ${agency.name} that name no agent are rejected from now on.`
      : undefined,
  run: async (
    { agents, environments }: DefaultDeps,
    { agency, environment, input: { agent: reference, none }, change },
  ) => {
    if ((reference === undefined) === (none !== true))
      throw new ApiError('invalid_input', { detail: 'Choose one: agent or none.' })
    const chosen = reference === undefined ? null : await run(requireAgent(agents, agency.id, reference))
    await change(() => environments.setDefaultAgent(environment.id, chosen?.id ?? null), {
      action: 'default_agent.changed',
      target: chosen?.name ?? 'none',
    })
    return {
      environment: environment.name,
      default_agent: chosen?.id ?? null,
      default_agent_name: chosen?.name ?? null,
    }
  },
})
