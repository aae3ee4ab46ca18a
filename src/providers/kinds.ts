import { bland } from './bland.ts'
import { elevenlabs } from './elevenlabs.ts'
import { http } from './http.ts'
import type { ProviderKind } from './provider.ts'
import { retell } from './retell.ts'
import { twilio } from './twilio.ts'
import { vapi } from './vapi.ts'

/** Every provider that an agency can have an account with. The simulator is no account: it is built in. */
export const providerKinds: readonly ProviderKind[] = [vapi, retell, bland, elevenlabs, twilio, http]

export const findKind = (name: string) => providerKinds.find((kind) => kind.name === name)

/** What is known of a call's provider as such. The simulator tells all at once. */
export const traitsOf = (provider: string): Pick<ProviderKind, 'tells' | 'findsByOurId'> =>
  findKind(provider) ?? { tells: [], findsByOurId: true }

/** What an agent's provider may be. */
export const providerNames = ['simulator', ...providerKinds.map(({ name }) => name)]

/** What an agent of a provider lacks, as a sentence; undefined when it can be called with. */
export const agentProblem = (provider: string, ref: string | null, fromNumber: string | null) => {
  const kind = findKind(provider)
  if (!kind) return provider === 'simulator' ? undefined : 'There is no such provider.'
  if (ref === null && kind.refMeaning?.required)
    return `An agent at ${kind.title} needs its reference there: ${kind.refMeaning.text}.`
  if (fromNumber === null && kind.fromMeaning?.required)
    return `An agent at ${kind.title} needs what it calls from: ${kind.fromMeaning.text}.`
  return undefined
}
