import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max'

/** The codes of ITU-T E.164.D that belong to no country. */
const codesOfNoCountry = ['800', '808', '870', '878', '881', '882', '883', '888', '979']
const codes = new Set<string>([
  ...getCountries().map((country) => getCountryCallingCode(country)),
  ...codesOfNoCountry,
])
/** No code is the beginning of another one. */
const codeDigitsMost = 3

/** What people may see of a number that is not kept, such as `+49…67`. */
export const numberHint = (phoneNumber: string): string => {
  for (let digits = 1; digits <= codeDigitsMost; digits++) {
    const code = phoneNumber.slice(1, 1 + digits)
    if (codes.has(code)) return `+${code}…${phoneNumber.slice(-2)}`
  }
  return `+…${phoneNumber.slice(-2)}`
}
