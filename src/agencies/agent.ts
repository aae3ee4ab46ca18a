import { ApiError } from '../failures.ts'
import { nameSchema } from '../names.ts'
import { type AgentDials, agentProblems, optionsFor } from '../providers/kinds.ts'
import { type FieldProblem, together } from '../field-problem.ts'
import type { Work } from '../work.ts'

/** The fields of an agent that can be changed. */
export interface AgentSettings extends AgentDials {
  name: string
  /** Fields of its provider's own create request; null where there are none. */
  options: Record<string, unknown> | null
}

/** A voice agent of an agency, at a provider. */
export interface Agent extends AgentSettings {
  id: string
  agencyId: string
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  /** The time of its deletion: it takes no new calls, and its earlier ones keep it. */
  deletedAt: number | null
}

/** Given fields of an agent. A missing field keeps its value; a blank one becomes null. */
export type GivenAgent = Partial<Record<'name' | 'provider' | 'ref' | 'from', string | undefined>> & {
  /** Options to be set; a blank one is taken away. */
  option?: Record<string, string> | undefined
}

/** The default provider is the simulator, which places no call. */
export const newAgent: AgentSettings = {
  name: '',
  provider: 'simulator',
  ref: null,
  fromNumber: null,
  options: null,
}

/** The name of an agent next to a call, which may be deleted by now. */
export const agentLabel = ({ name, deletedAt }: Agent) => (deletedAt === null ? name : `${name} (deleted)`)

/**
 * The agent after a change, or what is wrong with it. The provider's rules apply only to changed fields: an
 * agent that was saved before a rule can still be renamed.
 */
export const settingsFrom = (
  { name, provider, ref, from, option }: GivenAgent,
  earlier: AgentSettings,
): { settings: AgentSettings; problem: undefined } | { settings?: undefined; problem: FieldProblem } => {
  const isNamed = name !== undefined && name !== earlier.name
  const named = isNamed ? nameSchema.safeParse(name) : { success: true as const, data: earlier.name }
  if (!named.success) {
    const sentence = named.error.issues[0]?.message ?? 'The name is not valid.'
    return { problem: { sentence, field: 'name' } }
  }
  const dials: AgentDials = {
    provider: provider ?? earlier.provider,
    ref: ref === undefined ? earlier.ref : ref.trim() || null,
    fromNumber: from === undefined ? earlier.fromNumber : from.trim() || null,
  }
  const isMoved = dials.provider !== earlier.provider
  // Those of another provider mean nothing here.
  const kept = isMoved ? {} : (earlier.options ?? {})
  const changed = { ...kept, ...option }
  const given = Object.entries(changed).filter(
    ([, value]) => typeof value !== 'string' || value.trim() !== '',
  )
  const isAsked = option !== undefined || isMoved
  const read = isAsked ? optionsFor(dials.provider, Object.fromEntries(given)) : undefined
  if (read?.problem !== undefined) return { problem: { sentence: read.problem, field: 'option' } }
  const options = given.length === 0 ? null : (read?.options ?? earlier.options)
  const isChecked = isAsked || !isSame(dials, earlier)
  const problem = together(isChecked ? agentProblems({ ...dials, options }) : [])
  if (problem !== undefined) return { problem }
  return { settings: { name: named.data, ...dials, options }, problem }
}

const isSame = (one: AgentDials, other: AgentDials) =>
  one.provider === other.provider && one.ref === other.ref && one.fromNumber === other.fromNumber

/** A changed agent in an audit entry. */
export const changeTarget = ({ name }: AgentSettings, before: AgentSettings) =>
  name === before.name ? name : `${name}, until now ${before.name}`

/** Finds an agency's agent. Fails with `not_found`, also for an agent of another agency. */
export const findAgentOf = function* (
  agents: { find(id: string): Work<Agent | undefined> },
  agencyId: string,
  id: string,
): Work<Agent | undefined> {
  const agent = yield* agents.find(id)
  return agent?.agencyId === agencyId ? agent : undefined
}

export interface FindAgents {
  find(id: string): Work<Agent | undefined>
  named(agencyId: string, name: string): Work<Agent[]>
}

/** Finds an agency's agent by its id, or by its name where that is unique. Fails with `not_found` or `conflict`. */
export const requireAgent = function* (agents: FindAgents, agencyId: string, reference: string): Work<Agent> {
  const byId = yield* findAgentOf(agents, agencyId, reference.toLowerCase())
  const [found, another] = byId ? [byId] : yield* agents.named(agencyId, reference.trim())
  if (another)
    throw new ApiError('conflict', { detail: 'Several agents have this name. Use the ID of one of them.' })
  if (!found) throw new ApiError('not_found', { detail: 'There is no such agent.' })
  return found
}
