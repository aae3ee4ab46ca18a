import type { AccessDisabler } from './access.ts'
import type { OwnLimits } from '../limits/limits.ts'

export const environmentNames = ['production', 'staging'] as const
export type EnvironmentName = (typeof environmentNames)[number]

/** The settings of an agency's production or staging. */
export interface Environment extends OwnLimits {
  id: string
  agencyId: string
  name: EnvironmentName
  /** Null while API access is enabled. */
  accessDisabledBy: AccessDisabler | null
  defaultAgentId: string | null
  /** False: the simulator plays every call, whatever the agent's provider. */
  dialsReal: boolean
}
