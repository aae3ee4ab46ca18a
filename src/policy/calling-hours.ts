import { ApiError } from '../failures.ts'
import type { Fence } from './fence.ts'
import { openingOf } from './hours.ts'
import { zonesOf } from './zones.ts'

/** The zones in which an order's person may be: the one that it names, else those of the number, else the agency's. */
export const zonesOfOrder = (
  { phoneNumber, timeZone }: { phoneNumber: string; timeZone: string | null },
  agencyZone: string | null,
): readonly string[] => {
  if (timeZone !== null) return [timeZone]
  const zones = zonesOf(phoneNumber)
  return zones.length > 0 ? zones : [agencyZone ?? 'UTC']
}

/** The hours of the called person's day. */
export const callingHours: Fence = function* ({ order, policy: { rules }, now }) {
  if (rules.hours === null || rules.hours.length === 0) return undefined
  const opening = openingOf(rules.hours, zonesOfOrder(order, rules.timeZone), now)
  if (opening === true) return undefined
  const detail =
    opening === null
      ? 'the hours of its time zones have no time in common. Send time_zone with the call'
      : `this number can be called again from ${new Date(opening).toISOString()}`
  return new ApiError('outside_calling_hours', { detail })
}
