import type { CallEvent } from '../calls/call.ts'
import type { Placement, ProviderIds, Report } from '../calls/provider.ts'
import { type Answered, tidy, type WireResult } from './wire.ts'
import { inSentence } from './title.ts'

/**
 * The rules for a response to an order. `idIn` finds the call's id in a successful response; `complaintIn` finds an
 * error message in any response, success included; `isCapacity` distinguishes the provider's own limits from other
 * errors.
 */
export interface PlacementRules {
  idIn(json: unknown): string | undefined
  /** Finds the id of the telephony leg, where an answer has one. */
  telephonyIdIn?(json: unknown): string | undefined
  complaintIn(json: unknown): string | undefined
  isCapacity(status: number, complaint: string): boolean
  /** For a successful response with an id that contradicts it: the call is `over` already, or `not placed`. */
  denialIn?(json: unknown): 'over' | 'not placed' | undefined
}

export const placementFrom = (provider: string, result: WireResult, rules: PlacementRules): Placement => {
  if (result.kind === 'unsent')
    return { outcome: 'refused', code: 'provider_unreachable', reason: `${provider} ${result.reason}.` }
  if (result.kind === 'lost') return { outcome: 'unknown', reason: `${provider}: ${result.reason}.` }

  const { status, json } = result
  const ids = idsIn(json, rules)
  const complaint = tidy(rules.complaintIn(json))
  const said = complaint === '' ? `responded with ${status}` : `responded with ${status}: ${complaint}`
  if (isSuccess(status) && ids !== undefined) {
    const denial = rules.denialIn?.(json)
    if (denial === undefined) return { outcome: 'placed', ...ids }
    // The two contradict each other, and the phone may ring.
    if (denial === 'not placed')
      return { outcome: 'unknown', ...ids, reason: `${provider} returned an ID and ${said}.` }
  }
  // A redirecting server may have accepted the order first.
  const isDefinite = isSuccess(status)
    ? complaint !== '' || ids !== undefined
    : status >= 400 && status < 500 && status !== 408
  if (!isDefinite)
    return { outcome: 'unknown', reason: `${provider} responded with ${status} and no call ID.` }
  return rules.isCapacity(status, complaint)
    ? { outcome: 'refused', code: 'provider_capacity', reason: `${provider} has no capacity: it ${said}` }
    : { outcome: 'refused', code: 'provider_refused', reason: `${provider} rejected the call: it ${said}` }
}

const idsIn = (json: unknown, { idIn, telephonyIdIn }: PlacementRules): ProviderIds | undefined => {
  const providerCallId = idIn(json) ?? null
  const telephonyCallId = telephonyIdIn?.(json)
  if (telephonyCallId !== undefined) return { providerCallId, telephonyCallId }
  return providerCallId === null ? undefined : { providerCallId }
}

/** Interprets a response about a call. `read` parses a successful response, undefined where it says nothing. */
export const reportFrom = (
  result: WireResult,
  read: (json: unknown) => (ProviderIds & { events: CallEvent[] }) | undefined,
  isNotFound = ({ status }: Answered) => status === 404,
): Report => {
  if (result.kind !== 'answered') return { outcome: 'unknown', reason: result.reason }
  if (isNotFound(result)) return { outcome: 'not_found' }
  const said = isSuccess(result.status) ? read(result.json) : undefined
  return said
    ? { outcome: 'found', ...said }
    : { outcome: 'unknown', reason: `it responded with ${result.status}` }
}

/**
 * Interprets the response to a harmless request: the problem with the credentials, undefined without one. `isTheirs`
 * recognizes the provider's own response, because a captive portal says 200 to everything.
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
      : `It responded with ${result.status}, but not like ${inSentence(provider)}. Is the base URL correct?`
  return result.status === 401 || result.status === 403
    ? `${provider} rejected these credentials (it responded with ${result.status}).`
    : `${provider} responded with ${result.status}.`
}

export const isSuccess = (status: number) => status >= 200 && status < 300
