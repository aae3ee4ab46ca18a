import type { Person } from '../../people/person.ts'
import { isZone } from '../../policy/zones.ts'
import { cookieIn } from '../cookies.ts'

/** Written by the script of the pages. */
const zoneCookie = 'callgate-zone'

/** The time zone in which a person reads: the one of their account, else their browser's, else UTC. */
export const zoneOf = ({ timeZone }: Pick<Person, 'timeZone'>, request: Request): string => {
  const browser = cookieIn(request, zoneCookie)
  return timeZone ?? (browser !== undefined && isZone(browser) ? browser : 'UTC')
}
