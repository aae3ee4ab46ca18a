import { fieldProblem } from './agent-field.ts'
import { type FieldProblem, together } from '../field-problem.ts'
import { bland } from './bland.ts'
import { elevenlabs } from './elevenlabs.ts'
import { http } from './http.ts'
import type { Capabilities, ProviderKind } from '../calls/provider.ts'
import { type Options, readOptions } from './options.ts'
import { inSentence } from './title.ts'
import { retell } from './retell.ts'
import { twilio } from './twilio.ts'
import { vapi } from './vapi.ts'

/** Every provider that an agency can have an account with. The simulator has none: it is built in. */
export const providerKinds: readonly ProviderKind[] = [vapi, retell, bland, elevenlabs, twilio, http]

export const findKind = (name: string) => providerKinds.find((kind) => kind.name === name)

/** The help of an account's base URL. */
export const baseUrlHelp = ({
  needsBaseUrl,
  regions = [],
}: Pick<ProviderKind, 'needsBaseUrl' | 'regions'>) => {
  if (needsBaseUrl) return 'The URL that callgate sends requests to'
  if (regions.length === 0) return 'Only for a region other than the default'
  const known = regions.map(({ name, url }) => `${url} (${name})`).join('; ')
  return `Only for a region other than the default: ${known}.`
}

/** What is left of given options for an agent of a provider, or why it is refused. The simulator takes none. */
export const optionsFor = (provider: string, given: Options) =>
  readOptions(findKind(provider) ?? { title: 'The simulator', options: [] }, given)

/** An agent's options with those of an order over them, or why these are refused. */
export const optionsOver = (
  { provider, ref, options }: Pick<AgentDials, 'provider' | 'ref' | 'options'>,
  given: Options,
): ReturnType<typeof readOptions> => {
  const read = optionsFor(provider, given)
  if (read.problem !== undefined) return read
  const all = { ...options, ...read.options }
  const problem = targetProblem(findKind(provider), ref, all)
  return problem === undefined ? { options: all, problem } : { problem }
}

/** The simulator is no kind: it reports all details at the end, and a call is looked up by our id. */
export const capabilitiesOf = (provider: string): Capabilities =>
  findKind(provider)?.capabilities ?? { details: [], lookupByCallId: true }

/** When a call's provider keeps a recording, in sentences. */
export const recordingsOf = (provider: string) =>
  findKind(provider)?.recordings ?? 'The simulator plays calls without sound.'

export const accountProviderNames = providerKinds.map(({ name }) => name)

/** The possible providers of an agent. */
export const providerNames = ['simulator', ...accountProviderNames]

/** The provider fields of an agent. */
export interface AgentDials {
  provider: string
  ref: string | null
  fromNumber: string | null
  options?: Options | null
}

/** The problems that keep an agent from ever placing a call, in sentences; undefined without one. */
export const agentProblem = (dials: AgentDials) => together(agentProblems(dials))?.sentence

/** The same by the fields of an agent. */
export const agentProblems = ({ provider, ref, fromNumber, options }: AgentDials): FieldProblem[] => {
  const kind = findKind(provider)
  if (!kind)
    return provider === 'simulator' ? [] : [{ sentence: 'There is no such provider.', field: 'provider' }]
  const { title, agent } = kind
  const isReplaced = ref === null && kind.insteadOfRef?.some((name) => options?.[name] !== undefined)
  const problems = [
    { sentence: isReplaced ? undefined : fieldProblem(title, agent.ref, ref), field: 'ref' },
    { sentence: targetProblem(kind, ref, options ?? {}) },
    { sentence: fieldProblem(title, agent.from, fromNumber), field: 'from' },
  ]
  return problems.flatMap(({ sentence, field }) => (sentence === undefined ? [] : [{ sentence, field }]))
}

/** Why nobody knows who should speak: more than one of those who can, or something about one that is not there. */
const targetProblem = (
  kind: Pick<ProviderKind, 'title' | 'agent' | 'options' | 'insteadOfRef'> | undefined,
  ref: string | null,
  given: Options,
): string | undefined => {
  if (!kind) return undefined
  const { title, agent, options, insteadOfRef = [] } = kind
  const { label } = agent.ref
  const named = insteadOfRef.filter((name) => given[name] !== undefined)
  if (named.length + (ref === null ? 0 : 1) > 1)
    return `${title} takes exactly one of these: ${label}, ${insteadOfRef.join(', ')}.`
  const orphan = options.find(({ name, ofRef }) => ofRef && given[name] !== undefined)
  return orphan && named.length > 0
    ? `The option ${orphan.name} at ${inSentence(title)} needs its ${label}.`
    : undefined
}
