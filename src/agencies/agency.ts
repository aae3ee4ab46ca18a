import type { Reason } from '../failures.ts'
export const plans = ['starter', 'growth', 'agency'] as const
export type Plan = (typeof plans)[number]

export interface Agency {
  id: string
  name: string
  plan: Plan
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  /** The time of its suspension, since which its API requests are rejected; null while it is active. */
  suspendedAt: number | null
}

/** The error that every API request of the agency gets, whichever its key; undefined without one. */
export const agencyFlaw = ({
  plan,
  suspendedAt,
}: Pick<Agency, 'plan' | 'suspendedAt'>): Reason | undefined => {
  if (suspendedAt !== null) return 'agency_suspended'
  return plan === 'agency' ? undefined : 'plan_required'
}
