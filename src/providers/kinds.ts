import { fieldProblem } from './agent-field.ts'
import { bland } from './bland.ts'
import { elevenlabs } from './elevenlabs.ts'
import { http } from './http.ts'
import type { Capabilities, ProviderKind } from '../calls/provider.ts'
import { type Options, readOptions } from './options.ts'
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
}

/** The problems that keep an agent from ever placing a call, in sentences; undefined without one. */
export const agentProblem = ({ provider, ref, fromNumber }: AgentDials): string | undefined => {
  const kind = findKind(provider)
  if (!kind) return provider === 'simulator' ? undefined : 'There is no such provider.'
  const { title, agent } = kind
  const problems = [fieldProblem(title, agent.ref, ref), fieldProblem(title, agent.from, fromNumber)]
  return problems.filter((problem) => problem !== undefined).join(' ') || undefined
}
