import type { Alarm, AlarmKind, Place } from '../../../alarms/alarm.ts'

interface Cure {
  /** The page on which it can be put right. */
  href: string
  label: string
}

const agencyPath = ({ agencyId }: Place) => `/admin/agencies/${agencyId}`
const apiPath = (place: Place) => `${agencyPath(place)}/integrations/api`
const environmentPath = (place: Place) => `${apiPath(place)}/${place.environment}`
const allAgencies: Cure = { href: '/admin/agencies', label: 'Agencies' }

/** Where something in a place is put right; where it stands for more places, among all agencies. */
const at =
  (hrefOf: (place: Place) => string, label: string) =>
  ({ place }: Alarm): Cure =>
    place === null ? allAgencies : { href: hrefOf(place), label }

const page = (href: string, label: string) => (): Cure => ({ href, label })

const cures: Record<AlarmKind, (alarm: Alarm) => Cure> = {
  leaked_key: at((place) => `${environmentPath(place)}/rotate`, 'Rotate the key'),
  exposed_key: at((place) => `${environmentPath(place)}/rotate`, 'Rotate the key'),
  disk_full: page('/docs/operate', 'Data retention'),
  disk_scarce: page('/docs/operate', 'Data retention'),
  no_countries: page('/admin/rules', 'Choose countries'),
  provider_refusing: at(
    (place) => `${agencyPath(place)}/integrations/providers/${place.provider}`,
    'Test the account',
  ),
  webhook_disabled: at((place) => `${environmentPath(place)}/webhook`, 'Webhook'),
  webhook_failing: at((place) => `${environmentPath(place)}/webhook`, 'Webhook'),
  budget_near: at((place) => `${agencyPath(place)}/rules/${place.environment}`, 'Budgets'),
  access_disabled: at(apiPath, 'API access'),
  old_key_in_use: at(apiPath, 'Who uses it'),
  events_undelivered: at((place) => `${environmentPath(place)}/webhook`, 'Deliveries'),
  alerts_open: page('/admin/alerts', 'Alerts'),
  alert_webhook_disabled: page('/admin/alerts', 'Alert webhook'),
  no_default_agent: at((place) => `${agencyPath(place)}/agents`, 'Default agents'),
  setting: page('/docs/operate', 'Settings'),
  key_over_age: at((place) => `${environmentPath(place)}/rotate`, 'Rotate the key'),
  second_factor_optional: page('/admin/people', 'Who needs one'),
  own_second_factor: page('/admin/account/second-factor', 'Add a second factor'),
}

/** The page on which an alarm can be put right. */
export const cureOf = (alarm: Alarm): Cure => cures[alarm.kind](alarm)
