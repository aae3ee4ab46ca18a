import type { BudgetState } from '../policy/budget.ts'

/** The percentages of a budget that are told. */
export const thresholds = [50, 80, 100] as const

/** The highest threshold that a budget has reached. */
export const passedThreshold = ({ limit, used }: Pick<BudgetState, 'limit' | 'used'>) =>
  limit <= 0 ? undefined : thresholds.findLast((percent) => used * 100 >= limit * percent)

/** What is used of a budget, in its unit: "80 of 100", "12 of 60 minutes", "9.50 of 10.00 USD". */
export const usedInWords = ({ name, limit, used, currency }: BudgetState) => {
  if (currency !== null) return `${money(used)} of ${money(limit)} ${currency}`
  if (name.startsWith('minutes')) return `${Math.floor(used / 60)} of ${limit / 60} minutes`
  return `${used} of ${limit}`
}

const money = (cents: number) => (cents / 100).toFixed(2)
