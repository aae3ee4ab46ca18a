import type { Deed, Doer } from '../audit.ts'
import type { NotPromise } from '../commit.ts'
import type { EnvironmentName } from '../keys/keyring.ts'
import { nameSchema } from '../names.ts'
import { type AgentDials, agentProblem } from '../providers/kinds.ts'

/** What can be changed of an agent. */
interface AgentSettings extends AgentDials {
  name: string
}

/** A voice agent that lives at a provider, and belongs to one agency. */
export interface Agent extends AgentSettings {
  id: string
  agencyId: string
}

/** An agent as somebody gives it. What is left out stays as it was; what is blank is nothing. */
export type GivenAgent = Partial<Record<'name' | 'provider' | 'ref' | 'from', string | undefined>>

/** What became of it: an agent, or why it is refused, as a sentence for whoever gave it. */
type Saved<Row> = { agent: Row; problem: undefined } | { agent: undefined; problem: string }

interface Audit {
  change<T>(make: () => NotPromise<T>, deed: Deed | ((made: T) => Deed)): T
}
interface Creating<Row> {
  agents: { create(agencyId: string, settings: AgentSettings, now: number): NotPromise<Row> }
  audit: Audit
}
interface Changing {
  agents: { change(id: string, settings: AgentSettings): void }
  audit: Audit
}
interface Choosing {
  environments: { setDefaultAgent(id: string, agentId: string | null): void }
  audit: Audit
}

/** Where nothing else is said, an agent rings nobody. */
const blank: AgentSettings = { name: '', provider: 'simulator', ref: null, fromNumber: null }

/** Creates an agent of an agency. */
export const createAgent = <Row extends Agent>(
  { agents, audit }: Creating<Row>,
  agencyId: string,
  given: GivenAgent,
  by: Doer,
): Saved<Row> => {
  const { settings, problem } = settingsFrom(given, blank)
  if (problem !== undefined) return { agent: undefined, problem }
  const deed = { ...by, action: 'agent.created', agency: agencyId, target: settings.name } as const
  return { agent: audit.change<Row>(() => agents.create(agencyId, settings, by.at), deed), problem }
}

/** Changes an agent, from its next call on. */
export const changeAgent = <Row extends Agent>(
  { agents, audit }: Changing,
  agent: Row,
  given: GivenAgent,
  by: Doer,
): Saved<Row> => {
  const { settings, problem } = settingsFrom(given, agent)
  if (problem !== undefined) return { agent: undefined, problem }
  const { name } = settings
  const target = name === agent.name ? name : `${name}, until now ${agent.name}`
  const deed = { ...by, action: 'agent.changed', agency: agent.agencyId, target } as const
  audit.change(() => agents.change(agent.id, settings), deed)
  return { agent: { ...agent, ...settings }, problem }
}

/** Chooses which agent takes the calls that name none; with null, none does. */
export const chooseDefaultAgent = (
  { environments, audit }: Choosing,
  environment: { id: string; agencyId: string; name: EnvironmentName },
  agent: Agent | null,
  by: Doer,
) =>
  audit.change(() => environments.setDefaultAgent(environment.id, agent?.id ?? null), {
    ...by,
    action: 'default_agent.changed',
    agency: environment.agencyId,
    environment: environment.name,
    target: agent?.name ?? 'none',
  })

/** An agency's agent: one of another agency is as unknown as one that is not there. */
export const findAgentOf = <Row extends Agent>(
  agents: { find(id: string): Row | undefined },
  agencyId: string,
  id: string,
) => {
  const agent = agents.find(id)
  return agent?.agencyId === agencyId ? agent : undefined
}

/**
 * What an agent would be. Its provider's judgement is asked for what changes of what it dials with: a new name is not held
 * up by what was saved before that judgement was there.
 */
const settingsFrom = ({ name, provider, ref, from }: GivenAgent, earlier: AgentSettings) => {
  const named = nameSchema.safeParse(name ?? earlier.name)
  if (!named.success) return { problem: named.error.issues[0]?.message ?? 'That is not a name.' }
  const dials: AgentDials = {
    provider: provider ?? earlier.provider,
    ref: ref === undefined ? earlier.ref : ref.trim() || null,
    fromNumber: from === undefined ? earlier.fromNumber : from.trim() || null,
  }
  const problem = isSame(dials, earlier) ? undefined : agentProblem(dials)
  return problem === undefined ? { settings: { name: named.data, ...dials }, problem } : { problem }
}

const isSame = (one: AgentDials, other: AgentDials) =>
  one.provider === other.provider && one.ref === other.ref && one.fromNumber === other.fromNumber
