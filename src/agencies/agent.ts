import { ApiError } from '../failures.ts'
import { nameSchema } from '../names.ts'
import { type AgentDials, agentProblem, optionsFor } from '../providers/kinds.ts'

/** What can be changed of an agent. */
export interface AgentSettings extends AgentDials {
  name: string
  /** Fields of its provider's own create request; null where there are none. */
  options: Record<string, unknown> | null
}

/** A voice agent that lives at a provider, and belongs to one agency. */
export interface Agent extends AgentSettings {
  id: string
  agencyId: string
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  /** Since when it takes no more calls; those that it had keep it. */
  deletedAt: number | null
}

/** An agent as somebody gives it. What is left out stays as it was; what is blank is nothing. */
export type GivenAgent = Partial<Record<'name' | 'provider' | 'ref' | 'from', string | undefined>> & {
  /** Options to be set; a blank one is taken away. */
  option?: Record<string, string> | undefined
}

/** Where nothing else is said, an agent rings nobody. */
export const newAgent: AgentSettings = {
  name: '',
  provider: 'simulator',
  ref: null,
  fromNumber: null,
  options: null,
}

/** What an agent is called where calls are shown, which keep one that was deleted. */
export const agentLabel = ({ name, deletedAt }: Agent) => (deletedAt === null ? name : `${name} (deleted)`)

/**
 * What an agent would be, or why it is refused, as a sentence. Its provider's judgement is asked for what changes of what it
 * dials with: a new name is not held up by what was saved before that judgement was there.
 */
export const settingsFrom = (
  { name, provider, ref, from, option }: GivenAgent,
  earlier: AgentSettings,
): { settings: AgentSettings; problem: undefined } | { settings?: undefined; problem: string } => {
  const named = nameSchema.safeParse(name ?? earlier.name)
  if (!named.success) return { problem: named.error.issues[0]?.message ?? 'That is not a name.' }
  const dials: AgentDials = {
    provider: provider ?? earlier.provider,
    ref: ref === undefined ? earlier.ref : ref.trim() || null,
    fromNumber: from === undefined ? earlier.fromNumber : from.trim() || null,
  }
  const problem = isSame(dials, earlier) ? undefined : agentProblem(dials)
  if (problem !== undefined) return { problem }
  const isMoved = dials.provider !== earlier.provider
  if (option === undefined && !isMoved)
    return { settings: { name: named.data, ...dials, options: earlier.options }, problem }
  // Those of another provider mean nothing here.
  const kept = isMoved ? {} : (earlier.options ?? {})
  const changed = { ...kept, ...option }
  const given = Object.entries(changed).filter(
    ([, value]) => typeof value !== 'string' || value.trim() !== '',
  )
  const read = optionsFor(dials.provider, Object.fromEntries(given))
  if (read.problem !== undefined) return { problem: read.problem }
  const options = given.length === 0 ? null : read.options
  return { settings: { name: named.data, ...dials, options }, problem: undefined }
}

const isSame = (one: AgentDials, other: AgentDials) =>
  one.provider === other.provider && one.ref === other.ref && one.fromNumber === other.fromNumber

/** What the audit says of a changed agent. */
export const changeTarget = ({ name }: AgentSettings, before: AgentSettings) =>
  name === before.name ? name : `${name}, until now ${before.name}`

/** An agency's agent: one of another agency is as unknown as one that is not there. */
export const findAgentOf = (
  agents: { find(id: string): Agent | undefined },
  agencyId: string,
  id: string,
): Agent | undefined => {
  const agent = agents.find(id)
  return agent?.agencyId === agencyId ? agent : undefined
}

export interface FindAgents {
  find(id: string): Agent | undefined
  named(agencyId: string, name: string): Agent[]
}

/** An agency's agent, by its id, or by its name where only one has it. Fails with `not_found` or `conflict`. */
export const requireAgent = (agents: FindAgents, agencyId: string, reference: string): Agent => {
  const byId = findAgentOf(agents, agencyId, reference.toLowerCase())
  const [found, another] = byId ? [byId] : agents.named(agencyId, reference.trim())
  if (another)
    throw new ApiError('conflict', { detail: 'Several agents have this name. Use the id of one of them.' })
  if (!found) throw new ApiError('not_found', { detail: 'There is no such agent.' })
  return found
}
