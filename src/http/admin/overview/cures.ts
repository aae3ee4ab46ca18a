import type { Alarm, AlarmKind, Place } from '../../../alarms/alarm.ts'
import { isInPlaces, type PlaceKind } from '../../../alarms/place-alarms.ts'
import { alarmedUrl } from '../agencies/agency-list.ts'

interface Cure {
  /** The page on which it can be put right. */
  href: string
  label: string
}

const agencyPath = ({ agencyId }: Place) => `/admin/agencies/${agencyId}`
const apiPath = (place: Place) => `${agencyPath(place)}/integrations/api`
const environmentPath = (place: Place) => `${apiPath(place)}/${place.environment}`

const at =
  (hrefOf: (place: Place) => string, label: string) =>
  (place: Place): Cure => ({ href: hrefOf(place), label })

const page = (href: string, label: string): Cure => ({ href, label })

/** Where something in a place is put right. */
const placeCures: Record<PlaceKind, (place: Place) => Cure> = {
  leaked_key: at((place) => `${environmentPath(place)}/rotate`, 'Rotate the key'),
  exposed_key: at((place) => `${environmentPath(place)}/rotate`, 'Rotate the key'),
  provider_refusing: at(
    (place) => `${agencyPath(place)}/integrations/providers/${place.provider}`,
    'Test the account',
  ),
  webhook_disabled: at((place) => `${environmentPath(place)}/webhook`, 'Webhook'),
  webhook_failing: at((place) => `${environmentPath(place)}/webhook?state=pending`, 'Webhook'),
  budget_near: at((place) => `${agencyPath(place)}/rules/${place.environment}`, 'Budgets'),
  access_disabled: at(apiPath, 'API access'),
  old_key_in_use: at(apiPath, 'Who uses it'),
  events_undelivered: at((place) => `${environmentPath(place)}/webhook?state=dead#deliveries`, 'Deliveries'),
  no_default_agent: at((place) => `${agencyPath(place)}/agents`, 'Default agents'),
  key_over_age: at((place) => `${environmentPath(place)}/rotate`, 'Rotate the key'),
}

const cures: Record<Exclude<AlarmKind, PlaceKind>, Cure> = {
  disk_full: page('/docs/operate', 'Data retention'),
  disk_scarce: page('/docs/operate', 'Data retention'),
  no_countries: page('/admin/rules', 'Choose countries'),
  alerts_open: page('/admin/alerts', 'Alerts'),
  alert_webhook_disabled: page('/admin/alerts', 'Alert webhook'),
  setting: page('/docs/operate', 'Settings'),
  second_factor_optional: page('/admin/people', 'Who needs one'),
  own_second_factor: page('/admin/account/second-factor', 'Add a second factor'),
}

/** The page on which an alarm can be put right, or where it stands for many, the list of their agencies. */
export const cureOf = ({ kind, place }: Alarm): Cure => {
  if (!isInPlaces(kind)) return cures[kind]
  return place === null ? { href: alarmedUrl(kind), label: 'Show all' } : placeCures[kind](place)
}
