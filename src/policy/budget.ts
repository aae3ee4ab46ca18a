import { ApiError } from '../failures.ts'
import { dayIn, endOf } from './calendar.ts'
import type { BudgetName, Fence, Order, Spent } from './fence.ts'
import type { Policy } from './policy.ts'
import { budgetNames } from './rules.ts'
import type { Work } from '../work.ts'

/** A budget with what was used of it, both in its own unit: calls, seconds or cents. */
export interface BudgetState {
  of: 'agency' | 'environment'
  name: BudgetName
  limit: number
  used: number
  currency: string | null
  /** Wall-clock milliseconds. */
  resetsAt: number
}

const periodOf = (name: BudgetName) => (name.endsWith('Day') ? 'day' : 'month')

/** Minutes are counted by the second. */
const amounts = (policy: Policy, of: BudgetState['of'], name: BudgetName, spent: Spent) => {
  const limit = policy.budgets[of][name]
  if (limit === null) return undefined
  if (typeof limit === 'object')
    return { limit: limit.cents, used: spent.cents[limit.currency] ?? 0, currency: limit.currency }
  if (name.startsWith('calls')) return { limit, used: spent.calls, currency: null }
  const underWay = policy.rules.hardBudget ? spent.reservedSeconds : spent.underWaySeconds
  return { limit: limit * 60, used: spent.seconds + underWay, currency: null }
}

/** All budgets of an environment and its agency, as they stand. */
export const budgetsOf = function* (
  policy: Policy,
  spent: (of: BudgetState['of'], period: 'day' | 'month', day: string) => Work<Spent>,
  now: number,
): Work<BudgetState[]> {
  const zone = policy.rules.timeZone ?? 'UTC'
  const day = dayIn(zone, now)
  const states: BudgetState[] = []
  for (const of of ['agency', 'environment'] as const)
    for (const name of budgetNames) {
      if (policy.budgets[of][name] === null) continue
      const period = periodOf(name)
      const found = amounts(policy, of, name, yield* spent(of, period, day))
      if (found) states.push({ of, name, ...found, resetsAt: endOf(period, day, zone) })
    }
  return states
}

/** A hard budget has to hold the call's longest length as well. */
const isUsedUp = ({ name, limit, used }: BudgetState, isHard: boolean, { longestSeconds }: Order) => {
  if (name.startsWith('calls')) return used + 1 > limit
  if (name.startsWith('minutes') && isHard) return used + longestSeconds > limit
  return used >= limit
}

const inWords: Record<BudgetName, string> = {
  callsPerDay: 'calls per day',
  callsPerMonth: 'calls per month',
  minutesPerDay: 'minutes per day',
  minutesPerMonth: 'minutes per month',
  costPerDay: 'cost per day',
  costPerMonth: 'cost per month',
}

export const budgetInWords = ({ of, name }: Pick<BudgetState, 'of' | 'name'>) =>
  `the ${of}’s ${inWords[name]}`

/** What may be spent in a day and a month. Of several that are used up, the one that resets last is named. */
export const budget: Fence = function* ({ order, policy, counters, now }) {
  const states = yield* budgetsOf(policy, (...asked) => counters.spent(...asked), now)
  const [last] = states
    .filter((state) => isUsedUp(state, policy.rules.hardBudget === true, order))
    .toSorted((one, other) => other.resetsAt - one.resetsAt)
  if (!last) return undefined
  const detail = `${budgetInWords(last)}. It resets at ${new Date(last.resetsAt).toISOString()}`
  return new ApiError('budget_exceeded', { detail })
}
