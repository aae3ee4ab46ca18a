import type { Reason } from '../failures.ts'
export const plans = ['starter', 'growth', 'agency'] as const
export type Plan = (typeof plans)[number]

export interface Agency {
  id: string
  name: string
  plan: Plan
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  /** Since when every API request of it is refused; null while none is for that. */
  suspendedAt: number | null
}

/** Why no call of an agency is let through, whoever asks; undefined where that depends on who does. */
export const agencyFlaw = ({
  plan,
  suspendedAt,
}: Pick<Agency, 'plan' | 'suspendedAt'>): Reason | undefined => {
  if (suspendedAt !== null) return 'agency_suspended'
  return plan === 'agency' ? undefined : 'plan_required'
}
