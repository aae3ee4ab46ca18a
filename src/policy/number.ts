import { type NumberType, parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js/max'

/**
 * The kinds of numbers that are shut unless a policy opens them. The others (fixed, mobile, VoIP, freephone) follow the
 * list of countries alone.
 */
export const shutKinds = [
  'premium_rate',
  'shared_cost',
  'personal',
  'uan',
  'pager',
  'voicemail',
  'satellite',
  'international_network',
  'unknown',
] as const

export type ShutKind = (typeof shutKinds)[number]

/** What the numbering plan says about a phone number. */
export interface NumberFacts {
  /** ISO 3166-1 alpha-2; null for a number of no country, and of an unassigned range. */
  country: string | null
  /** The kind, where that kind has to be opened. */
  shut: ShutKind | null
  /** True below the length of its country's numbers: a short code, such as an emergency number, which no policy opens. */
  isShort: boolean
}

/** The codes of ITU-T E.164.D that belong to no country. +800, +808 and +979 have a kind of their own. */
const codesOfNoCountry: Record<string, ShutKind> = {
  '800': 'international_network',
  '808': 'shared_cost',
  '870': 'satellite',
  '878': 'personal',
  '881': 'satellite',
  '882': 'international_network',
  '883': 'international_network',
  '888': 'international_network',
  '979': 'premium_rate',
}

const kindsOfTypes: Partial<Record<NonNullable<NumberType>, ShutKind>> = {
  PREMIUM_RATE: 'premium_rate',
  SHARED_COST: 'shared_cost',
  PERSONAL_NUMBER: 'personal',
  UAN: 'uan',
  PAGER: 'pager',
  VOICEMAIL: 'voicemail',
}

/** Looks a number in E.164 up in the numbering plans. */
export const numberFacts = (phoneNumber: string): NumberFacts => {
  const number = parsePhoneNumberFromString(phoneNumber)
  if (!number) return { country: null, shut: 'unknown', isShort: false }
  const isShort = validatePhoneNumberLength(phoneNumber) === 'TOO_SHORT'
  const ofNoCountry = codesOfNoCountry[number.countryCallingCode]
  if (ofNoCountry !== undefined) return { country: null, shut: ofNoCountry, isShort }
  const country = number.country ?? null
  const type = number.getType()
  if (country === null || type === undefined) return { country, shut: 'unknown', isShort }
  return { country, shut: kindsOfTypes[type] ?? null, isShort }
}
