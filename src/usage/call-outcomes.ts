import type { Call } from '../calls/call.ts'

/** Begins the outcomes of figures that count calls; those of requests have no colon. */
const prefix = 'call:'

export const callOutcomes = {
  triggered: `${prefix}triggered`,
  ended: `${prefix}ended`,
  answered: `${prefix}answered`,
  /** The seconds of conversation. */
  seconds: `${prefix}seconds`,
} as const

/** Begin the outcomes that count calls by provider; the name of the provider follows. */
export const acceptedBy = `${prefix}accepted `
export const refusedBy = `${prefix}refused `

/** Whether the figure counts calls. */
export const isOfCalls = (outcome: string) => outcome.startsWith(prefix)

type Ended = Pick<Call, 'provider' | 'answeredAt' | 'durationSeconds' | 'reasonCode' | 'dispatch'>

/** The reasons that lie with the provider, or in the account that the agency has there. */
const refusals = new Set<Ended['reasonCode']>([
  'provider_refused',
  'provider_capacity',
  'provider_unreachable',
])

/** What a call that is over adds to the figures. */
export const endedOutcomes = (call: Ended): [outcome: string, count: number][] => {
  const counts: [string, number][] = [
    [callOutcomes.ended, 1],
    [callOutcomes.answered, call.answeredAt === null ? 0 : 1],
    [callOutcomes.seconds, call.durationSeconds ?? 0],
    ...providerOutcomes(call),
  ]
  return counts.filter(([, count]) => count > 0)
}

/** The simulator refuses what a test asks it to refuse, so nothing is counted of it. */
const providerOutcomes = ({ provider, reasonCode, dispatch }: Ended): [string, number][] => {
  if (provider === 'simulator') return []
  if (refusals.has(reasonCode)) return [[`${refusedBy}${provider}`, 1]]
  return dispatch === 'placed' ? [[`${acceptedBy}${provider}`, 1]] : []
}

/** The provider that a figure says accepted or refused calls; undefined for another figure. */
export const providerOf = (outcome: string): { provider: string; isRefusal: boolean } | undefined => {
  if (outcome.startsWith(refusedBy)) return { provider: outcome.slice(refusedBy.length), isRefusal: true }
  if (outcome.startsWith(acceptedBy)) return { provider: outcome.slice(acceptedBy.length), isRefusal: false }
  return undefined
}
