import { defineCommand } from 'citty'
import { changeAgent } from '../agencies/agent.ts'
import { commandLine } from '../audit.ts'
import { Refusal } from '../failures.ts'
import { providerNames } from '../providers/kinds.ts'
import { dialOptions } from './agent-options.ts'
import { agencyId, agentId, findAgent, type Io, json, presentRow, print, withStores } from './io.ts'

export const agentChange = (io: Io) =>
  defineCommand({
    meta: { name: 'change', description: 'Change an agent, from its next call on' },
    args: {
      ...agencyId,
      ...agentId,
      name: { type: 'string', description: 'Its new name' },
      provider: { type: 'enum', options: [...providerNames], description: 'Who dials for it' },
      ...dialOptions,
      ...json,
    },
    run: ({ args }) => {
      const { name, provider, ref, from } = args
      if ([name, provider, ref, from].every((given) => given === undefined))
        throw new Refusal('Say what to change: --name, --provider, --ref or --from.')
      const { agent, problem } = withStores(io, (stores) => {
        const found = findAgent(stores, args.agency, args.agent)
        return changeAgent(stores, found, { name, provider, ref, from }, commandLine(Date.now()))
      })
      if (!agent) throw new Refusal(problem)
      print(io, args.json, presentRow(agent), `Changed the agent ${agent.name}, from its next call on.`)
    },
  })
