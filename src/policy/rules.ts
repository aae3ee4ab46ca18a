import type { AlertKind } from './alert-kinds.ts'
import type { ShutKind } from './number.ts'

/** An amount of one currency (ISO 4217). */
export interface Money {
  cents: number
  currency: string
}

/** What may be spent in a period; null where there is no limit. Calls and minutes are those of real calls. */
export interface BudgetLimits {
  callsPerDay: number | null
  callsPerMonth: number | null
  minutesPerDay: number | null
  minutesPerMonth: number | null
  costPerDay: Money | null
  costPerMonth: Money | null
}

/** The rules that one author has set at one level; null where they say nothing. */
export interface Rules extends BudgetLimits {
  /** ISO 3166-1 alpha-2; `*` stands for all. */
  countries: string[] | null
  /** The kinds of numbers that are open. */
  numberKinds: ShutKind[] | null
  /** The only numbers that staging calls for real. */
  stagingNumbers: string[] | null
  consentRequired: boolean | null
  hours: string[] | null
  /** IANA: the agency's days and months begin by it. */
  timeZone: string | null
  callsToNumberPerMinute: number | null
  callsToNumberPerHour: number | null
  callsToNumberPerDay: number | null
  /** True: a call reserves its longest length at its start, so that the minutes are never exceeded. */
  hardBudget: boolean | null
  /** The calls to numbers that were not called in the last day of which operators are told. */
  newNumbersPerTenMinutes: number | null
  /** Alerts that switch API access off. */
  disableOn: AlertKind[] | null
}

export type Level = 'gate' | 'agency' | 'environment'
export type Author = 'operator' | 'admin'

/** Where a rule comes from. */
export interface Source {
  level: Level
  author: Author
}

export interface RuleSet extends Source {
  rules: Rules
}

export const noBudget: BudgetLimits = {
  callsPerDay: null,
  callsPerMonth: null,
  minutesPerDay: null,
  minutesPerMonth: null,
  costPerDay: null,
  costPerMonth: null,
}

export const noRules: Rules = {
  countries: null,
  numberKinds: null,
  stagingNumbers: null,
  consentRequired: null,
  hours: null,
  timeZone: null,
  callsToNumberPerMinute: null,
  callsToNumberPerHour: null,
  callsToNumberPerDay: null,
  ...noBudget,
  hardBudget: null,
  newNumbersPerTenMinutes: null,
  disableOn: null,
}

export const ruleNames = Object.keys(noRules) as (keyof Rules)[]
export const budgetNames = Object.keys(noBudget) as (keyof BudgetLimits)[]

export const anyCountry = '*'
