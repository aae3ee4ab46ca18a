import type { ConfigWarning } from '../config/warnings.ts'
import { type Alarm, type AlarmKind, alarmKinds } from './alarm.ts'
import { desperateBytes, scarceBytes } from './free-space.ts'
import { alarmsIn, isInPlaces, type PlaceFacts, type PlaceKind } from './place-alarms.ts'

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
  (Object.keys(alarmKinds) as AlarmKind[]).flatMap((kind) =>
    isInPlaces(kind) ? inPlaces(kind, facts) : raise[kind](facts),
  )

const inPlaces = <Kind extends PlaceKind>(kind: Kind, { places, now }: Facts) =>
  alarmsIn(kind, places[kind], now)

/** The number of things that are wrong, of which a list of alarms may stand for many. */
export const countOf = (all: Alarm[]) => all.reduce((sum, { count }) => sum + count, 0)

const alarm = (kind: AlarmKind, says: string, count = 1): Alarm => ({
  kind,
  level: alarmKinds[kind],
  says,
  place: null,
  count,
})

const onGate =
  (kind: AlarmKind, says: (gate: GateFacts) => string | undefined) =>
  ({ gate }: Facts): Alarm[] => {
    const sentence = gate === null ? undefined : says(gate)
    return sentence === undefined ? [] : [alarm(kind, sentence)]
  }

const raise: Record<Exclude<AlarmKind, PlaceKind>, (facts: Facts) => Alarm[]> = {
  disk_full: onGate('disk_full', ({ freeBytes }) =>
    freeBytes !== null && freeBytes < desperateBytes
      ? `The disk has ${megabytes(freeBytes)} left. When it is full, triggers fail. Free up space.`
      : undefined,
  ),
  no_countries: onGate('no_countries', ({ hasCountries }) =>
    hasCountries ? undefined : 'No countries are chosen, so no call rings a phone.',
  ),
  alerts_open: ({ openAlerts }) =>
    openAlerts === 0
      ? []
      : [
          alarm(
            'alerts_open',
            `${openAlerts.toLocaleString('en')} ${openAlerts === 1 ? 'alert is' : 'alerts are'} not acknowledged.`,
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
  setting: ({ gate }) => (gate?.settings ?? []).map(({ name, says }) => alarm('setting', `${name}: ${says}`)),
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
