import { defineCommand } from 'citty'
import { Refusal } from '../server.ts'
import { checkedName } from './agency.ts'
import {
  agencyId,
  environmentName,
  findAgency,
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
    options: ['simulator'],
    default: 'simulator',
    description: 'Who dials for it',
  },
}

export const agentCommand = (io: Io) =>
  defineCommand({
    meta: { name: 'agent', description: 'Create and list agents, choose the default one' },
    subCommands: {
      create: defineCommand({
        meta: { name: 'create', description: 'Create an agent' },
        args: {
          ...agencyId,
          name: { type: 'string', required: true, description: 'Its name' },
          ...dialler,
          ...json,
        },
        run: ({ args }) => {
          const name = checkedName(args.name)
          const made = withStores(io, (stores) =>
            stores.agents.create(findAgency(stores, args.agency).id, name, args.provider, Date.now()),
          )
          print(io, args.json, presentRow(made), `Created the agent ${made.name}: ${made.id}`)
        },
      }),
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
          agent: { type: 'string', required: true, description: 'Agent ID', valueHint: 'id' },
          ...json,
        },
        run: ({ args }) => {
          const chosen = withStores(io, (stores) => {
            const environment = findEnvironment(stores, args.agency, args.environment)
            const found = stores.agents.find(args.agent)
            if (found?.agencyId !== environment.agencyId)
              throw new Refusal(`The agency ${args.agency} has no agent ${args.agent}.`)
            stores.environments.setDefaultAgent(environment.id, found.id)
            return found
          })
          const result = { environment: args.environment, default_agent: chosen.id }
          print(io, args.json, result, `${chosen.name} is now the default agent in ${args.environment}.`)
        },
      }),
    },
  })
