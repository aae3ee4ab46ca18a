import { z } from 'zod'
import { type EnvironmentName, environmentNames } from '../agencies/environment.ts'
import { iso, time } from '../names.ts'
import { type AlertKind, alertKinds } from '../policy/alert-kinds.ts'

/** Something that operators have to know about an environment's calls. */
export interface Alert {
  /** Ids rise with time. */
  id: string
  kind: AlertKind
  agencyId: string
  environmentId: string
  /** A sentence without a phone number. */
  message: string
  /** How often it was noticed, from `at` until `lastAt`. */
  count: number
  at: number
  lastAt: number
  /** True where it disabled API access. */
  accessDisabled: boolean
  acknowledgedAt: number | null
  /** The name of the actor, as the agency may read it. */
  acknowledgedBy: string | null
}

/** An alert with the present names of its agency and its environment. */
export interface ListedAlert extends Alert {
  agencyName: string
  environment: EnvironmentName
}

export const alertKindSchema = z.enum(Object.keys(alertKinds) as [AlertKind, ...AlertKind[]])

/** The one definition of the body of the event `alert`. */
export const alertPayload = z.object({
  event: z.literal('alert'),
  /** True in a test, absent otherwise. */
  test: z.literal(true).optional(),
  alert_id: z.string(),
  kind: alertKindSchema,
  at: time,
  agency: z.string().describe('The agency’s ID.'),
  agency_name: z.string(),
  environment: z.enum(environmentNames),
  message: z.string().describe('What happened, as a sentence without a phone number.'),
  access_disabled: z.boolean().describe('Whether the alert disabled API access in the environment.'),
})

export type AlertPayload = z.infer<typeof alertPayload>

export const payloadOf = (alert: Omit<ListedAlert, 'count' | 'lastAt'>): AlertPayload => ({
  event: 'alert',
  alert_id: alert.id,
  kind: alert.kind,
  at: iso(alert.at),
  agency: alert.agencyId,
  agency_name: alert.agencyName,
  environment: alert.environment,
  message: alert.message,
  access_disabled: alert.accessDisabled,
})

const messageMost = 500

/** The message with more of the same, within bounds. */
export const withMore = (message: string, more: string) => {
  const longer = `${message}, ${more}`
  return longer.length <= messageMost ? longer : message
}
