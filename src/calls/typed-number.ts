import { type CountryCode, getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { phoneNumberPattern } from './phone-number.ts'

/** Longer texts are no number, with an extension and all punctuation. */
const charactersMost = 40
/** Digits, in any script that the library reads, and what people write between and around them. */
const looksTyped = /^(?:tel:)?[\s+＋(]*\p{Nd}[\p{Nd}\s().\-–/·]*$/u
const digitsLeast = 6

/**
 * The numbers in E.164 that a person may mean: `+1 (415) 555-0123`, `0044 20 …`, `15551234567`, or as it is written within
 * one of these countries (ISO 3166-1 alpha-2, all for null). Empty for a text that is no number.
 */
export const numbersTyped = (text: string, countries: readonly string[] | null = null): string[] => {
  const typed = text.trim()
  if (typed.length > charactersMost || !looksTyped.test(typed)) return []
  const latin = typed.replaceAll(/\p{Nd}/gu, latinDigit)
  const digits = latin.replaceAll(/\D/g, '')
  if (digits.length < digitsLeast) return []
  if (/^(?:tel:)?[\s(]*[+＋]/.test(latin)) return valid([`+${digits}`])
  if (digits.startsWith('00')) return valid([`+${digits.slice(2)}`])
  // The prefix of North America for other countries.
  const abroad = digits.startsWith('011') ? [`+${digits.slice(3)}`] : []
  const known = getCountries()
  const within = countries === null ? known : known.filter((country) => countries.includes(country))
  return valid([`+${digits}`, ...abroad, ...within.flatMap((country) => nationally(digits, country))])
}

const nationally = (digits: string, country: CountryCode) => {
  const number = parsePhoneNumberFromString(digits, country)
  return number?.isPossible() ? [number.number as string] : []
}

const valid = (numbers: string[]) => [...new Set(numbers.filter((number) => phoneNumberPattern.test(number)))]

/** Every script's digits follow each other from its zero (Unicode, General_Category=Nd). */
const latinDigit = (digit: string) => {
  let zero = digit.codePointAt(0) ?? 0
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && (digit.codePointAt(0) ?? 0) - zero < 9) zero--
  return String((digit.codePointAt(0) ?? 0) - zero)
}
