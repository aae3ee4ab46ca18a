import { z } from 'zod'
import type { BudgetState } from './budget.ts'
import type { Policy } from './policy.ts'
import { ruleForms, type RuleName, snakeCase } from './rule-forms.ts'
import { budgetNames, ruleNames, type Source } from './rules.ts'

/** A budget as it stands. */
export const budgetRecord = z.object({
  budget: z.enum(budgetNames.map(snakeCase)),
  scope: z.enum(['agency', 'environment']).meta({ description: 'Whose calls count' }),
  limit: z.number().meta({ description: 'In calls, minutes, or the currency' }),
  used: z.number(),
  remaining: z.number(),
  currency: z.string().nullable().meta({ description: 'ISO 4217; null for calls and minutes' }),
  resets_at: z.iso.datetime(),
})

const unitsIn = ({ name }: Pick<BudgetState, 'name'>) =>
  name.startsWith('minutes') ? 60 : name.startsWith('cost') ? 100 : 1

const rounded = (amount: number) => Math.round(amount * 100) / 100

export const presentBudget = (state: BudgetState): z.infer<typeof budgetRecord> => {
  const units = unitsIn(state)
  return {
    budget: snakeCase(state.name),
    scope: state.of,
    limit: rounded(state.limit / units),
    used: rounded(state.used / units),
    remaining: rounded(Math.max(0, state.limit - state.used) / units),
    currency: state.currency,
    resets_at: new Date(state.resetsAt).toISOString(),
  }
}

const sourceInWords = ({ level, author }: Source) =>
  author === 'operator' ? `${level} (operator)` : `${level} (agency admin)`

/** The rules in effect for a key, for programs. */
export const policyRecord = z.object({
  countries: z.array(z.string()).nullable().meta({
    description: 'ISO 3166-1; `*` for all. Null until an operator has chosen: no real call is placed',
  }),
  number_kinds: z
    .array(z.string())
    .meta({ description: 'The kinds of numbers that are open besides usual ones' }),
  hours: z
    .array(z.string())
    .meta({ description: 'Local hours of the called person; all have to allow a call' }),
  consent_required: z.boolean(),
  calls_to_number: z
    .object({
      per_minute: z.int().nullable(),
      per_hour: z.int().nullable(),
      per_day: z.int().nullable(),
    })
    .meta({ description: 'The most calls to one number; null without a limit' }),
  time_zone: z.string().meta({ description: 'The IANA time zone by which days and months begin' }),
  budgets: z.array(budgetRecord),
})

export const presentPolicy = (
  { rules }: Policy,
  budgets: readonly BudgetState[],
): z.infer<typeof policyRecord> => ({
  countries: rules.countries,
  number_kinds: rules.numberKinds ?? [],
  hours: rules.hours ?? [],
  consent_required: rules.consentRequired === true,
  calls_to_number: {
    per_minute: rules.callsToNumberPerMinute,
    per_hour: rules.callsToNumberPerHour,
    per_day: rules.callsToNumberPerDay,
  },
  time_zone: rules.timeZone ?? 'UTC',
  budgets: budgets.map(presentBudget),
})

/** A rule in effect. */
export const ruleRecord = z.object({
  rule: z.enum(ruleNames.map(snakeCase)),
  value: z.string().meta({ description: 'As it is written in policy.set' }),
  from: z.string().meta({ description: 'The levels that set it, and who set it there' }),
})

/** One line per rule in effect, with where it comes from. */
export const presentRules = ({ rules, budgets, sources }: Policy): z.infer<typeof ruleRecord>[] =>
  ruleNames.flatMap((name) => {
    const from = sources[name]?.map(sourceInWords).join(', ')
    const write = (value: unknown) => (ruleForms[name].write as (value: unknown) => string)(value)
    const values = isBudget(name)
      ? [budgets.agency[name], budgets.environment[name]].filter((value) => value !== null).map(write)
      : [rules[name as keyof typeof rules]].filter((value) => value !== null).map(write)
    if (values.length === 0 || from === undefined) return []
    return [{ rule: snakeCase(name), value: values.join(' and '), from }]
  })

const isBudget = (name: RuleName): name is (typeof budgetNames)[number] =>
  budgetNames.some((budget) => budget === name)
