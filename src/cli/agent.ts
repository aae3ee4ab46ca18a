import { defineCommand } from 'citty'
import { chooseDefaultAgent, createAgent } from '../agencies/agent.ts'
import { commandLine } from '../audit.ts'
import { Refusal } from '../failures.ts'
import { providerNames } from '../providers/kinds.ts'
import { agentChange } from './agent-change.ts'
import { dialOptions } from './agent-options.ts'
import {
  agencyId,
  environmentName,
  findAgency,
  findAgent,
  findEnvironment,
  type Io,
  json,
  presentRow,
  print,
  table,
  withStores,
} from './io.ts'

const dialler = {
  provider: {
    type: 'enum' as const,
    options: [...providerNames],
    default: 'simulator',
    description: 'Who dials for it',
  },
}

export const agentCommand = (io: Io) =>
  defineCommand({
    meta: { name: 'agent', description: 'Create, change and list agents, choose the default one' },
    subCommands: {
      create: defineCommand({
        meta: { name: 'create', description: 'Create an agent' },
        args: {
          ...agencyId,
          name: { type: 'string', required: true, description: 'Its name' },
          ...dialler,
          ...dialOptions,
          ...json,
        },
        run: ({ args }) => {
          const { name, provider, ref, from } = args
          const { agent, problem } = withStores(io, (stores) => {
            const { id: agency } = findAgency(stores, args.agency)
            return createAgent(stores, agency, { name, provider, ref, from }, commandLine(Date.now()))
          })
          if (!agent) throw new Refusal(problem)
          print(io, args.json, presentRow(agent), `Created the agent ${agent.name}: ${agent.id}`)
        },
      }),
      change: agentChange(io),
      list: defineCommand({
        meta: { name: 'list', description: "List an agency's agents" },
        args: { ...agencyId, ...json },
        run: ({ args }) => {
          const agents = withStores(io, (stores) => stores.agents.list(findAgency(stores, args.agency).id))
          const rows = agents.map(({ id, provider, name }) => [id, provider, name])
          print(io, args.json, agents.map(presentRow), table(['ID', 'PROVIDER', 'NAME'], rows))
        },
      }),
      default: agentDefault(io),
    },
  })

const agentDefault = (io: Io) =>
  defineCommand({
    meta: { name: 'default', description: 'Choose the agent of calls that name none' },
    args: {
      ...agencyId,
      ...environmentName,
      agent: { type: 'string', description: 'Agent ID', valueHint: 'id' },
      none: { type: 'boolean', description: 'No default agent: calls that name none are rejected' },
      ...json,
    },
    run: ({ args }) => {
      const { agent: id, none = false } = args
      if ((id === undefined) !== none) throw new Refusal('Choose one: --agent or --none.')
      const chosen = withStores(io, (stores) => {
        const environment = findEnvironment(stores, args.agency, args.environment)
        const agent = id === undefined ? null : findAgent(stores, environment.agencyId, id)
        chooseDefaultAgent(stores, environment, agent, commandLine(Date.now()))
        return agent
      })
      const sentence = chosen
        ? `${chosen.name} is now the default agent in ${args.environment}.`
        : `There is no default agent in ${args.environment} now: calls that name none are rejected.`
      print(io, args.json, { environment: args.environment, default_agent: chosen?.id ?? null }, sentence)
    },
  })
