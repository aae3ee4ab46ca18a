import { ApiError } from '../failures.ts'
import type { Fence } from './fence.ts'
import type { ShutKind } from './number.ts'
import { anyCountry } from './rules.ts'

const refuse = (detail: string) => new ApiError('destination_not_allowed', { detail })

const kindsInWords: Record<ShutKind, string> = {
  premium_rate: 'premium-rate numbers',
  shared_cost: 'shared-cost numbers',
  personal: 'personal numbers',
  uan: 'universal access numbers',
  pager: 'pagers',
  voicemail: 'voicemail access numbers',
  satellite: 'satellite phones',
  international_network: 'international networks',
  unknown: 'numbers of unassigned ranges',
}

export const kindInWords = (kind: ShutKind) => kindsInWords[kind]

/** The countries, by the numbering plans: +1 alone is two dozen. */
export const country: Fence = function* ({ number, policy: { rules } }) {
  if (number.isShort) return refuse('it is too short for its country, like an emergency number')
  if (rules.countries === null) return refuse('no operator has chosen yet which countries may be called')
  if (rules.countries.includes(anyCountry)) return undefined
  // A number of no country is judged by its kind.
  if (number.country === null) return undefined
  if (rules.countries.includes(number.country)) return undefined
  const allowed = rules.countries.length === 0 ? 'none' : rules.countries.join(', ')
  return refuse(`it belongs to the country ${number.country}. Allowed countries: ${allowed}`)
}

/** The kinds of numbers that cost their caller money, or that nobody has. */
export const numberKind: Fence = function* ({ number: { shut }, policy: { rules } }) {
  return shut === null || rules.numberKinds?.includes(shut)
    ? undefined
    : refuse(`calls to ${kindsInWords[shut]} are not allowed`)
}

/** Where an environment that tests calls real phones, only the own ones. */
export const stagingNumber: Fence = function* ({ order, policy: { rules } }) {
  return !order.isStaging || rules.stagingNumbers === null || rules.stagingNumbers.includes(order.phoneNumber)
    ? undefined
    : refuse('staging may call only its own list of numbers')
}
