import { defineCommand } from 'citty'
import { commandLine } from '../audit.ts'
import { agentProblem, providerNames } from '../providers/kinds.ts'
import { Refusal } from '../failures.ts'
import { checkedName } from './agency.ts'
import { agentChange } from './agent-change.ts'
import {
  agencyId,
  agentId,
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
          ref: { type: 'string', description: 'What the provider calls the agent', valueHint: 'id' },
          from: { type: 'string', description: 'The number to call from, or its id at the provider' },
          ...json,
        },
        run: ({ args }) => {
          const name = checkedName(args.name)
          const [ref, fromNumber] = [args.ref?.trim() || null, args.from?.trim() || null]
          const problem = agentProblem(args.provider, ref, fromNumber)
          if (problem) throw new Refusal(problem)
          const now = Date.now()
          const made = withStores(io, (stores) => {
            const { id: agency } = findAgency(stores, args.agency)
            return stores.audit.change(
              () => stores.agents.create(agency, { name, provider: args.provider, ref, fromNumber }, now),
              { ...commandLine(now), action: 'agent.created', agency, target: name },
            )
          })
          print(io, args.json, presentRow(made), `Created the agent ${made.name}: ${made.id}`)
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
      default: defineCommand({
        meta: { name: 'default', description: 'Choose the agent of calls that name none' },
        args: {
          ...agencyId,
          ...environmentName,
          ...agentId,
          ...json,
        },
        run: ({ args }) => {
          const chosen = withStores(io, (stores) => {
            const environment = findEnvironment(stores, args.agency, args.environment)
            const found = findAgent(stores, environment.agencyId, args.agent)
            stores.audit.change(() => stores.environments.setDefaultAgent(environment.id, found.id), {
              ...commandLine(Date.now()),
              action: 'default_agent.changed',
              agency: environment.agencyId,
              environment: environment.name,
              target: found.name,
            })
            return found
          })
          const result = { environment: args.environment, default_agent: chosen.id }
          print(io, args.json, result, `${chosen.name} is now the default agent in ${args.environment}.`)
        },
      }),
    },
  })
