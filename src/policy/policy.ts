import {
  anyCountry,
  type BudgetLimits,
  budgetNames,
  type Level,
  type Money,
  noBudget,
  noRules,
  type Rules,
  type RuleSet,
  type Source,
} from './rules.ts'

/** The rules in effect for an environment, and where each comes from. */
export interface Policy {
  rules: Omit<Rules, keyof BudgetLimits>
  /** The agency's budget counts all its environments, the environment's its own calls. */
  budgets: Record<'agency' | 'environment', BudgetLimits>
  sources: Partial<Record<keyof Rules, Source[]>>
}

const within = <T>(ceiling: readonly T[], chosen: readonly T[]) =>
  ceiling.filter((each) => chosen.includes(each))

const less = (ceiling: number, chosen: number) => Math.min(ceiling, chosen)

/** Of two currencies, the operator's stays. */
const lessMoney = (ceiling: Money, chosen: Money) =>
  ceiling.currency === chosen.currency && chosen.cents < ceiling.cents ? chosen : ceiling

/** What two authors leave together: never more than the first allows. */
const narrowed: {
  [Name in keyof Rules]: (ceiling: NonNullable<Rules[Name]>, chosen: NonNullable<Rules[Name]>) => Rules[Name]
} = {
  countries: (ceiling, chosen) =>
    ceiling.includes(anyCountry) ? chosen : chosen.includes(anyCountry) ? ceiling : within(ceiling, chosen),
  numberKinds: within,
  stagingNumbers: within,
  consentRequired: (ceiling, chosen) => ceiling || chosen,
  hours: (ceiling, chosen) => [...ceiling, ...chosen],
  timeZone: (ceiling) => ceiling,
  callsToNumberPerMinute: less,
  callsToNumberPerHour: less,
  callsToNumberPerDay: less,
  hardBudget: (ceiling, chosen) => ceiling || chosen,
  newNumbersPerTenMinutes: less,
  disableOn: (ceiling, chosen) => [...new Set([...ceiling, ...chosen])],
  callsPerDay: less,
  callsPerMonth: less,
  minutesPerDay: less,
  minutesPerMonth: less,
  costPerDay: lessMoney,
  costPerMonth: lessMoney,
}

const levels: readonly Level[] = ['environment', 'agency', 'gate']

/**
 * One rule in effect: the operator's nearest to the environment, as each replaces the one above it, narrowed by every
 * one of the agency's admins. A kind of number that no operator opened cannot be opened by an admin.
 */
const resolve = <Name extends keyof Rules>(sets: readonly RuleSet[], name: Name, at: readonly Level[]) => {
  const sources: Source[] = []
  const use = ({ level, author, rules }: RuleSet) => {
    sources.push({ level, author })
    return rules[name] as NonNullable<Rules[Name]>
  }
  const having = (author: Source['author']) =>
    at.flatMap((level) =>
      sets.filter((set) => set.level === level && set.author === author && set.rules[name] !== null),
    )
  const [nearest] = having('operator')
  const ceiling = nearest ? use(nearest) : byDefault[name]
  const value = having('admin').reduce<Rules[Name]>((sofar, set) => {
    const chosen = use(set)
    return sofar === null || sofar === undefined
      ? chosen
      : narrowed[name](sofar as NonNullable<Rules[Name]>, chosen)
  }, ceiling ?? null)
  return { value, sources }
}

/** Without an operator's word, no kind is open, and a burst to new numbers is told. */
const byDefault: Partial<Rules> = { numberKinds: [], newNumbersPerTenMinutes: 30 }

/** Resolves the rule sets of an environment, its agency and the gate. */
export const policyOf = (sets: readonly RuleSet[]): Policy => {
  const rules = { ...noRules }
  const budgets = { agency: { ...noBudget }, environment: { ...noBudget } }
  const sources: Policy['sources'] = {}
  const put = <Name extends keyof Rules>(into: Pick<Rules, Name>, name: Name, at: readonly Level[]) => {
    const resolved = resolve(sets, name, at)
    into[name] = resolved.value
    if (resolved.sources.length > 0) sources[name] = [...(sources[name] ?? []), ...resolved.sources]
  }
  for (const name of budgetNames) {
    put(budgets.environment, name, ['environment'])
    put(budgets.agency, name, ['agency', 'gate'])
  }
  const others = (Object.keys(noRules) as (keyof Rules)[]).filter((name) => !(name in noBudget))
  for (const name of others) put(rules, name, levels)
  // Admins can choose among countries only once an operator has named them.
  if (!sources.countries?.some(({ author }) => author === 'operator')) rules.countries = null
  return { rules, budgets, sources }
}
