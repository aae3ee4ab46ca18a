import { readZoneData } from './zone-data.ts' with { type: 'macro' }

/** E.164 has at most 15 digits; the longest prefix in the data is shorter. */
const prefixDigitsMost = 15

let zonesByPrefix: Map<string, string[]> | undefined

const load = () => {
  const known = (zone: string) => isZone(zone)
  const lines = readZoneData().split('\n')
  return new Map(
    lines.flatMap((line) => {
      const [zones = '', ...prefixes] = line.split(' ')
      const listed = zones.split('&').filter(known)
      return prefixes.map((prefix) => [prefix, listed] as const)
    }),
  )
}

/** The IANA time zones in which a number in E.164 may be; none for a number of no place. */
export const zonesOf = (phoneNumber: string): readonly string[] => {
  zonesByPrefix ??= load()
  for (let end = Math.min(phoneNumber.length, prefixDigitsMost + 1); end > 1; end--) {
    const zones = zonesByPrefix.get(phoneNumber.slice(1, end))
    if (zones) return zones
  }
  return []
}

/** True for an IANA time zone that this program knows. */
export const isZone = (zone: string): boolean => {
  try {
    // An offset such as +02:00 is no zone: it has no daylight saving time.
    return !/^[+-]/.test(zone) && Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== ''
  } catch {
    return false
  }
}
