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
import { inTurn, run, type Work } from '../../work.ts'

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
  environments: { list(agencyId: string): Work<{ name: EnvironmentName; defaultAgentId: string | null }[]> }
}

const present = function* ({ environments }: Defaults, shown: Agent) {
  return {
    id: shown.id,
    name: shown.name,
    provider: shown.provider,
    ref: shown.ref,
    from: shown.fromNumber,
    options: shown.options,
    default_in: yield* defaultIn({ environments }, shown),
    problem: agentProblem(shown) ?? null,
    created_at: iso(shown.createdAt),
  }
}

/** The environments that have it as their default agent. */
export const defaultIn = function* ({ environments }: Defaults, { id, agencyId }: Agent) {
  return (yield* environments.list(agencyId))
    .filter(({ defaultAgentId }) => defaultAgentId === id)
    .map(({ name }) => name)
}

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
    create(agencyId: string, settings: AgentSettings, now: number): Work<Agent>
    list(agencyId: string): Work<Agent[]>
  }
  environments: {
    list(agencyId: string): Work<{ id: string; name: EnvironmentName; defaultAgentId: string | null }[]>
    setDefaultAgent(environmentId: string, agentId: string): Work<void>
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
    const make = function* () {
      const isFirst = (yield* deps.agents.list(agency.id)).length === 0
      const made = yield* deps.agents.create(agency.id, settings, now)
      yield* record({ action: 'agent.created', target: made.name })
      if (isFirst)
        for (const { id, name } of yield* deps.environments.list(agency.id)) {
          yield* deps.environments.setDefaultAgent(id, made.id)
          yield* record({ action: 'default_agent.changed', environment: name, target: made.name })
        }
      return made
    }
    return await run(present(deps, await change(make, () => undefined)))
  },
})

interface ListDeps extends Defaults {
  agents: { list(agencyId: string): Work<Agent[]> }
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
  *run(deps: ListDeps, { agency }) {
    return yield* inTurn(yield* deps.agents.list(agency.id), (each) => present(deps, each))
  },
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
  *run(deps: FindDeps, { agency, input }) {
    return yield* present(deps, yield* requireAgent(deps.agents, agency.id, input.agent))
  },
})

interface ChangeDeps extends Defaults {
  agents: FindAgents & { change(id: string, settings: AgentSettings): Work<void> }
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
    const { before, settings } = await change(
      function* () {
        const found = yield* requireAgent(deps.agents, agency.id, reference)
        const changed = requireSettings(given, found)
        yield* deps.agents.change(found.id, changed)
        return { before: found, settings: changed }
      },
      (made) => ({ action: 'agent.changed', target: changeTarget(made.settings, made.before) }),
    )
    return await run(present(deps, { ...before, ...settings }))
  },
})
