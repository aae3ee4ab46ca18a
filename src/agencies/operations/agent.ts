import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import type { EnvironmentName } from '../environment.ts'
import { environmentNameSchema, iso, nameSchema, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { agentHelp } from '../../providers/agent-help.ts'
import { agentProblem, providerNames } from '../../providers/kinds.ts'
import {
  type Agent,
  type AgentSettings,
  changeTarget,
  type FindAgents,
  type GivenAgent,
  newAgent,
  requireAgent,
  settingsFrom,
} from '../agent.ts'

const agent = z.object({
  id: z.string(),
  name: z.string(),
  provider: z.string(),
  ref: z.string().nullable(),
  from: z.string().nullable(),
  options: z.record(z.string(), z.unknown()).nullable(),
  default_in: z
    .array(environmentNameSchema)
    .meta({ description: 'Where it takes the calls that name no agent' }),
  problem: z.string().nullable().meta({ description: 'Why it cannot place calls; null when it can' }),
  created_at: time,
})

export interface Defaults {
  environments: { list(agencyId: string): { name: EnvironmentName; defaultAgentId: string | null }[] }
}

const present = ({ environments }: Defaults, shown: Agent) => ({
  id: shown.id,
  name: shown.name,
  provider: shown.provider,
  ref: shown.ref,
  from: shown.fromNumber,
  options: shown.options,
  default_in: defaultIn({ environments }, shown),
  problem: agentProblem(shown) ?? null,
  created_at: iso(shown.createdAt),
})

/** The environments that have it as their default agent. */
export const defaultIn = ({ environments }: Defaults, { id, agencyId }: Agent) =>
  environments
    .list(agencyId)
    .filter(({ defaultAgentId }) => defaultAgentId === id)
    .map(({ name }) => name)

export const agentField = z
  .string()
  .max(200)
  .meta({ description: 'The agent’s id, or its name where only one is called that', hint: 'agent' })

/** Its form depends on the provider: see `agentProblem`. */
const dials = {
  provider: z.enum(providerNames).optional().meta({ description: 'Who dials for it' }),
  ref: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'Who speaks: its ID at the provider (see PROVIDERS); blank for none', hint: 'id' }),
  from: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'What it calls from (see PROVIDERS); blank for none', hint: 'number|id' }),
  option: z.record(z.string().max(200), z.string().max(16_384)).optional().meta({
    description: 'An option of the provider (see PROVIDERS); repeat for several. A blank value removes it',
    hint: 'name=value',
  }),
}

interface Given extends Omit<GivenAgent, 'ref' | 'from'> {
  ref?: string | null | undefined
  from?: string | null | undefined
}

/** The agent after a change. Fails with `invalid_input`. */
const requireSettings = (
  { name, provider, ref, from, option }: Given,
  earlier: AgentSettings,
): AgentSettings => {
  const given = { name, provider, ref: ref === null ? '' : ref, from: from === null ? '' : from, option }
  const { settings, problem } = settingsFrom(given, earlier)
  if (settings) return settings
  throw new ApiError('invalid_input', { detail: problem.sentence, param: problem.field })
}

interface CreateDeps extends Defaults {
  agents: {
    create(agencyId: string, settings: AgentSettings, now: number): Agent
    list(agencyId: string): Agent[]
  }
  environments: {
    list(agencyId: string): { id: string; name: EnvironmentName; defaultAgentId: string | null }[]
    setDefaultAgent(environmentId: string, agentId: string): void
  }
}

export const createAgent = operation({
  name: 'agent.create',
  summary: 'Creates an agent. An agency’s first agent becomes the default agent of both environments.',
  details: agentHelp,
  scope: 'agency',
  may: 'admin',
  input: { name: nameSchema.meta({ description: 'Its name' }), ...dials },
  example: { name: 'Ann' },
  output: agent,
  says: ({ name, id, default_in }) =>
    `Created the agent ${name}: ${id}${default_in.length > 0 ? `\nIt takes the calls that don’t name an agent.` : ''}`,
  run: async (deps: CreateDeps, { agency, input, now, change, record }) => {
    const settings = requireSettings(input, newAgent)
    const make = () => {
      const isFirst = deps.agents.list(agency.id).length === 0
      const made = deps.agents.create(agency.id, settings, now)
      record({ action: 'agent.created', target: made.name })
      if (isFirst)
        for (const { id, name } of deps.environments.list(agency.id)) {
          deps.environments.setDefaultAgent(id, made.id)
          record({ action: 'default_agent.changed', environment: name, target: made.name })
        }
      return made
    }
    return present(deps, await change(make, () => undefined))
  },
})

interface ListDeps extends Defaults {
  agents: { list(agencyId: string): Agent[] }
}

export const listAgents = operation({
  name: 'agent.list',
  summary: 'Lists the agents.',
  scope: 'agency',
  may: 'admin',
  input: {},
  output: z.array(agent),
  columns: ['id', 'provider', 'name'],
  empty: 'There are no agents yet. Create one with: callgate agent create',
  run: (deps: ListDeps, { agency }) => deps.agents.list(agency.id).map((each) => present(deps, each)),
})

interface FindDeps extends Defaults {
  agents: FindAgents
}

export const showAgent = operation({
  name: 'agent.show',
  summary: 'Shows an agent.',
  scope: 'agency',
  may: 'admin',
  input: { agent: agentField },
  example: { agent: 'Ann' },
  output: agent,
  run: (deps: FindDeps, { agency, input }) =>
    present(deps, requireAgent(deps.agents, agency.id, input.agent)),
})

interface ChangeDeps extends Defaults {
  agents: FindAgents & { change(id: string, settings: AgentSettings): void }
}

export const changeAgent = operation({
  name: 'agent.change',
  summary: 'Changes an agent, from its next call on. Fields that you leave out stay unchanged.',
  details: agentHelp,
  scope: 'agency',
  may: 'admin',
  input: {
    agent: agentField,
    name: nameSchema.optional().meta({ description: 'Its new name' }),
    ...dials,
  },
  example: { agent: 'Ann', from: '+15550001111' },
  output: agent,
  says: ({ name }) => `Changed the agent ${name}, from its next call on.`,
  run: async (deps: ChangeDeps, { agency, input: { agent: reference, ...given }, change }) => {
    const { name, provider, ref, from, option } = given
    if ([name, provider, ref, from, option].every((field) => field === undefined))
      throw new ApiError('invalid_input', {
        detail: 'Say what to change: name, provider, ref, from or option.',
      })
    const before = requireAgent(deps.agents, agency.id, reference)
    const settings = requireSettings(given, before)
    await change(() => deps.agents.change(before.id, settings), {
      action: 'agent.changed',
      target: changeTarget(settings, before),
    })
    return present(deps, { ...before, ...settings })
  },
})
