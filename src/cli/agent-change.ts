import { defineCommand } from 'citty'
import { commandLine } from '../audit.ts'
import { Refusal } from '../failures.ts'
import { agentProblem, providerNames } from '../providers/kinds.ts'
import { checkedName } from './agency.ts'
import { agencyId, agentId, findAgent, type Io, json, presentRow, print, withStores } from './io.ts'

export const agentChange = (io: Io) =>
  defineCommand({
    meta: { name: 'change', description: 'Change an agent, from its next call on' },
    args: {
      ...agencyId,
      ...agentId,
      name: { type: 'string', description: 'Its new name' },
      provider: { type: 'enum', options: [...providerNames], description: 'Who dials for it' },
      ref: { type: 'string', description: 'What the provider calls it; empty for nothing', valueHint: 'id' },
      from: { type: 'string', description: 'The number to call from, or its id; empty for none' },
      ...json,
    },
    run: ({ args }) => {
      const { name, provider, ref, from } = args
      if ([name, provider, ref, from].every((given) => given === undefined))
        throw new Refusal('Say what to change: --name, --provider, --ref or --from.')
      const now = Date.now()
      const changed = withStores(io, (stores) => {
        const agent = findAgent(stores, args.agency, args.agent)
        const next = {
          name: name === undefined ? agent.name : checkedName(name),
          provider: provider ?? agent.provider,
          ref: ref === undefined ? agent.ref : ref.trim() || null,
          fromNumber: from === undefined ? agent.fromNumber : from.trim() || null,
        }
        const problem = agentProblem(next.provider, next.ref, next.fromNumber)
        if (problem) throw new Refusal(problem)
        const deed = { action: 'agent.changed', agency: agent.agencyId, target: next.name } as const
        stores.audit.change(() => stores.agents.change(agent.id, next), { ...commandLine(now), ...deed })
        return { ...agent, ...next }
      })
      print(io, args.json, presentRow(changed), `Changed the agent ${changed.name}, from its next call on.`)
    },
  })
