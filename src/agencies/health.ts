import type { Agency } from './agency.ts'
import type { EnvironmentName } from './environment.ts'

/** An agency with what tells whether somebody should look at it. */
export interface AgencyHealth extends Agency {
  callsToday: number
  /** Today's requests that got 429, as far as they are written: a minute ago at most. */
  limitedToday: number
  /** The creation of the oldest live key. */
  oldestKeyAt: number | null
  lastCallAt: number | null
  /** An environment whose webhook is switched off by callgate, or has failed deliveries. */
  failingWebhook: EnvironmentName | null
}

export const healthColumns = [
  'name',
  'plan',
  'calls_today',
  'limited',
  'webhook',
  'key_age',
  'last_call',
] as const
export type HealthColumn = (typeof healthColumns)[number]

/** The value of the sorted column in a row, and the row's id: where the next page begins. */
export type HealthCursor = readonly [value: string | number, id: string]

export interface HealthQuery {
  /** A part of the name; all for an empty one. */
  text: string
  /** The only agencies that are meant; all where left out. */
  ids?: readonly string[] | undefined
  column: HealthColumn
  isDescending: boolean
  after: HealthCursor | undefined
  limit: number
  /** Midnight, from which today is counted. */
  since: number
}

export interface HealthPage {
  agencies: AgencyHealth[]
  next: HealthCursor | undefined
  /** How many match, on all pages. */
  total: number
}
