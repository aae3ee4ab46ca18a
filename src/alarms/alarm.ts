import type { EnvironmentName } from '../agencies/environment.ts'

/** What can be wrong, the worst first, and whether calls or secrets are in danger now. */
export const alarmKinds = {
  disk_full: 'error',
  leaked_key: 'error',
  exposed_key: 'error',
  no_countries: 'error',
  provider_refusing: 'error',
  webhook_disabled: 'error',
  webhook_failing: 'error',
  budget_near: 'warning',
  access_disabled: 'warning',
  old_key_in_use: 'warning',
  events_undelivered: 'warning',
  alerts_open: 'warning',
  alert_webhook_disabled: 'warning',
  disk_scarce: 'warning',
  no_default_agent: 'warning',
  setting: 'warning',
  key_over_age: 'warning',
  second_factor_optional: 'warning',
  own_second_factor: 'warning',
} as const satisfies Record<string, 'error' | 'warning'>

export type AlarmKind = keyof typeof alarmKinds

/** The environment of an agency in which something is wrong. */
export interface Place {
  agencyId: string
  agencyName: string
  environment: EnvironmentName
  /** The provider, where it is about one. */
  provider?: string
}

export interface Alarm {
  kind: AlarmKind
  level: (typeof alarmKinds)[AlarmKind]
  /** A sentence. */
  says: string
  /** Null for what concerns the whole gate, the person, or more places than are listed. */
  place: Place | null
  /** How many things it stands for. */
  count: number
}
