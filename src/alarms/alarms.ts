import { type BudgetState, budgetInWords } from '../policy/budget.ts'
import { findKind } from '../providers/kinds.ts'
import { ageDays } from '../keys/age.ts'
import type { ConfigWarning } from '../config/warnings.ts'
import { desperateBytes, scarceBytes } from './free-space.ts'
import { type Alarm, type AlarmKind, alarmKinds, type Place } from './alarm.ts'

/** What was found in places: the first few, and how many there are. */
export interface Found<Fact = object> {
  total: number
  first: (Place & Fact)[]
}

/** What is known of the places that somebody may see. */
export interface PlaceFacts {
  leaked_key: Found<{ last4: string }>
  exposed_key: Found<{ last4: string }>
  provider_refusing: Found<{ provider: string; refused: number; ended: number }>
  webhook_disabled: Found<{ reason: string }>
  webhook_failing: Found<{ waiting: number }>
  budget_near: Found<{ budget: Pick<BudgetState, 'of' | 'name' | 'limit' | 'used'> }>
  access_disabled: Found<{ by: string }>
  old_key_in_use: Found<{ last4: string; requests: number }>
  events_undelivered: Found<{ events: number }>
  no_default_agent: Found
  key_over_age: Found<{ createdAt: number }>
}

/** What only operators can change, and see. */
interface GateFacts {
  hasCountries: boolean
  settings: ConfigWarning[]
  isSecondFactorRequired: boolean
  alertWebhookOffReason: string | null
  /** On the disk of the data directory; null where it cannot be known. */
  freeBytes: number | null
}

export interface Facts {
  places: PlaceFacts
  openAlerts: number
  /** Null for an agency's admin, and on the page of one agency. */
  gate: GateFacts | null
  hasOwnSecondFactor: boolean
  now: number
}

/** What is wrong, the worst first; of one kind the first few places, and how many more there are. */
export const alarms = (facts: Facts): Alarm[] =>
  (Object.keys(alarmKinds) as AlarmKind[]).flatMap((kind) => raise[kind](facts))

/** The number of things that are wrong, of which a list of alarms may stand for many. */
export const countOf = (all: Alarm[]) => all.reduce((sum, { count }) => sum + count, 0)

const alarm = (kind: AlarmKind, says: string, place: Place | null = null, count = 1): Alarm => ({
  kind,
  level: alarmKinds[kind],
  says,
  place,
  count,
})

const inPlaces =
  <Kind extends keyof PlaceFacts>(
    kind: Kind,
    says: (fact: PlaceFacts[Kind]['first'][number], now: number) => string,
    more: string,
  ) =>
  ({ places, now }: Facts): Alarm[] => {
    const { total, first } = places[kind]
    const rest = total - first.length
    const listed = first.map((fact) => alarm(kind, says(fact, now), fact))
    return rest > 0
      ? [...listed, alarm(kind, `${rest.toLocaleString('en')} more: ${more}.`, null, rest)]
      : listed
  }

const onGate =
  (kind: AlarmKind, says: (gate: GateFacts) => string | undefined) =>
  ({ gate }: Facts): Alarm[] => {
    const sentence = gate === null ? undefined : says(gate)
    return sentence === undefined ? [] : [alarm(kind, sentence)]
  }

const disablers: Record<string, string> = {
  admin: 'an admin',
  policy: 'an alert',
  leak: 'a leak report',
  operator: 'an operator',
}

const raise: Record<AlarmKind, (facts: Facts) => Alarm[]> = {
  disk_full: onGate('disk_full', ({ freeBytes }) =>
    freeBytes !== null && freeBytes < desperateBytes
      ? `The disk has ${megabytes(freeBytes)} left. When it is full, triggers fail. Free up space.`
      : undefined,
  ),
  leaked_key: inPlaces(
    'leaked_key',
    ({ last4 }) => `The key …${last4} was reported as leaked. Rotate it.`,
    'keys that were reported as leaked',
  ),
  exposed_key: inPlaces(
    'exposed_key',
    ({ last4 }) => `The key …${last4} was sent in a URL, so others may know it. Rotate it.`,
    'keys that were sent in a URL',
  ),
  no_countries: onGate('no_countries', ({ hasCountries }) =>
    hasCountries ? undefined : 'No countries are chosen, so no call rings a phone.',
  ),
  provider_refusing: inPlaces(
    'provider_refusing',
    ({ provider, refused, ended }) =>
      `${findKind(provider)?.title ?? provider} refused or failed ${refused.toLocaleString('en')} of ${ended.toLocaleString('en')} calls in the last two hours.`,
    'environments whose provider refuses calls',
  ),
  webhook_disabled: inPlaces(
    'webhook_disabled',
    ({ reason }) => `The webhook was disabled: ${reason}`,
    'webhooks that were disabled',
  ),
  webhook_failing: inPlaces(
    'webhook_failing',
    ({ waiting }) =>
      `The webhook is failing: ${waiting.toLocaleString('en')} ${waiting === 1 ? 'event is' : 'events are'} being retried.`,
    'webhooks that are failing',
  ),
  budget_near: inPlaces(
    'budget_near',
    ({ budget }) =>
      `${percentOf(budget)} % of ${budgetInWords(budget)} is used${budget.used >= budget.limit ? '. Calls are rejected.' : '.'}`,
    'budgets that are nearly used',
  ),
  access_disabled: inPlaces(
    'access_disabled',
    ({ by }) => `API access is disabled by ${disablers[by] ?? by}. Every request gets 403.`,
    'environments without API access',
  ),
  old_key_in_use: inPlaces(
    'old_key_in_use',
    ({ last4, requests }) =>
      `A client still uses the old key …${last4}: ${requests.toLocaleString('en')} requests got 401.`,
    'old keys that are still used',
  ),
  events_undelivered: inPlaces(
    'events_undelivered',
    ({ events }) =>
      `${events.toLocaleString('en')} ${events === 1 ? 'event was' : 'events were'} not delivered. You can replay them.`,
    'environments with undelivered events',
  ),
  alerts_open: ({ openAlerts }) =>
    openAlerts === 0
      ? []
      : [
          alarm(
            'alerts_open',
            `${openAlerts.toLocaleString('en')} ${openAlerts === 1 ? 'alert is' : 'alerts are'} not acknowledged.`,
            null,
            openAlerts,
          ),
        ],
  alert_webhook_disabled: onGate('alert_webhook_disabled', ({ alertWebhookOffReason }) =>
    alertWebhookOffReason === null ? undefined : `The alert webhook was disabled: ${alertWebhookOffReason}`,
  ),
  disk_scarce: onGate('disk_scarce', ({ freeBytes }) =>
    freeBytes !== null && freeBytes >= desperateBytes && freeBytes < scarceBytes
      ? `The disk has ${megabytes(freeBytes)} left. Free up space.`
      : undefined,
  ),
  no_default_agent: inPlaces(
    'no_default_agent',
    () => 'There is a key but no default agent: a call that doesn’t name an agent gets 400.',
    'environments with a key and no default agent',
  ),
  setting: ({ gate }) => (gate?.settings ?? []).map(({ name, says }) => alarm('setting', `${name}: ${says}`)),
  key_over_age: inPlaces(
    'key_over_age',
    ({ createdAt }, now) => `The key is ${ageDays(createdAt, now)} days old. Rotate it.`,
    'keys that are due for rotation',
  ),
  second_factor_optional: onGate('second_factor_optional', ({ isSecondFactorRequired }) =>
    isSecondFactorRequired ? undefined : 'No one is required to sign in with a second factor.',
  ),
  own_second_factor: ({ hasOwnSecondFactor }) =>
    hasOwnSecondFactor
      ? []
      : [
          alarm(
            'own_second_factor',
            'You sign in without a second factor. Add a passkey or an authenticator.',
          ),
        ],
}

const megabytes = (bytes: number) => `${Math.floor(bytes / 1e6).toLocaleString('en')} MB`

const percentOf = ({ used, limit }: { used: number; limit: number }) =>
  limit === 0 ? 100 : Math.floor((used * 100) / limit)
