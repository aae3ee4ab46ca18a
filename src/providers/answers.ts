import type { CallEvent } from '../calls/call.ts'
import type { Placement, ProviderIds, Report } from '../calls/provider.ts'
import { type Answered, tidy, type WireResult } from './wire.ts'

/**
 * What an answer to an order means. `idIn` finds the call's id in an answer of success; `complaintIn` finds what an answer
 * complains of, in any answer, success included; `isCapacity` tells the provider's own limits from other complaints.
 */
export interface PlacementRules {
  idIn(json: unknown): string | undefined
  /** Finds the id of the telephony leg, where an answer has one. */
  telephonyIdIn?(json: unknown): string | undefined
  complaintIn(json: unknown): string | undefined
  isCapacity(status: number, complaint: string): boolean
  /** Whether an answer of success that has an id denies the call all the same: it is `over` already, or `not placed`. */
  denialIn?(json: unknown): 'over' | 'not placed' | undefined
}

export const placementFrom = (provider: string, result: WireResult, rules: PlacementRules): Placement => {
  if (result.kind === 'unsent')
    return { outcome: 'refused', code: 'provider_unreachable', reason: `${provider} ${result.reason}.` }
  if (result.kind === 'lost') return { outcome: 'unknown', reason: `${provider}: ${result.reason}.` }

  const { status, json } = result
  const ids = idsIn(json, rules)
  const complaint = tidy(rules.complaintIn(json))
  const said = complaint === '' ? `answered ${status}` : `answered ${status}: ${complaint}`
  if (isSuccess(status) && ids !== undefined) {
    const denial = rules.denialIn?.(json)
    if (denial === undefined) return { outcome: 'placed', ...ids }
    // An id and "not placed" contradict each other: the phone may ring.
    if (denial === 'not placed')
      return { outcome: 'unknown', ...ids, reason: `${provider} gave an id and ${said}.` }
  }
  // What redirects may have taken the order in first.
  const isDefinite = isSuccess(status)
    ? complaint !== '' || ids !== undefined
    : status >= 400 && status < 500 && status !== 408
  if (!isDefinite) return { outcome: 'unknown', reason: `${provider} answered ${status} and no call id.` }
  return rules.isCapacity(status, complaint)
    ? { outcome: 'refused', code: 'provider_capacity', reason: `${provider} has no capacity: it ${said}` }
    : { outcome: 'refused', code: 'provider_refused', reason: `${provider} refused the call: it ${said}` }
}

const idsIn = (json: unknown, { idIn, telephonyIdIn }: PlacementRules): ProviderIds | undefined => {
  const providerCallId = idIn(json) ?? null
  const telephonyCallId = telephonyIdIn?.(json)
  if (telephonyCallId !== undefined) return { providerCallId, telephonyCallId }
  return providerCallId === null ? undefined : { providerCallId }
}

/** What an answer about a call means. `read` finds in an answer of success what it says, undefined where that is nothing. */
export const reportFrom = (
  result: WireResult,
  read: (json: unknown) => (ProviderIds & { events: CallEvent[] }) | undefined,
  isNotFound = ({ status }: Answered) => status === 404,
): Report => {
  if (result.kind !== 'answered') return { outcome: 'unknown', reason: result.reason }
  if (isNotFound(result)) return { outcome: 'not_found' }
  const said = isSuccess(result.status) ? read(result.json) : undefined
  return said ? { outcome: 'found', ...said } : { outcome: 'unknown', reason: `it answered ${result.status}` }
}

/**
 * Why credentials do not work, from the answer to a harmless request; undefined when they do. `isTheirs` knows the
 * provider's own answer: a captive portal says 200 to everything.
 */
export const checkFrom = (
  provider: string,
  result: WireResult,
  isTheirs: (json: unknown) => boolean,
): string | undefined => {
  if (result.kind !== 'answered') return `${provider}: ${result.reason}.`
  if (isSuccess(result.status))
    return isTheirs(result.json)
      ? undefined
      : `It answered ${result.status}, but not as ${provider} does: is the base URL right?`
  return result.status === 401 || result.status === 403
    ? `${provider} does not accept these credentials (it answered ${result.status}).`
    : `${provider} answered ${result.status}.`
}

export const isSuccess = (status: number) => status >= 200 && status < 300
