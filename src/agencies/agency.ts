import type { Reason } from '../failures.ts'
import type { Plan } from '../keys/keyring.ts'

export interface Agency {
  id: string
  name: string
  plan: Plan
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
}

/** Why no call of an agency is let through, whoever asks; undefined where that depends on who does. */
export const agencyFlaw = ({ plan }: Pick<Agency, 'plan'>): Reason | undefined =>
  plan === 'agency' ? undefined : 'plan_required'
