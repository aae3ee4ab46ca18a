import { z } from 'zod'
import type { Agency } from '../../agencies/agency.ts'
import type { Environment, EnvironmentName } from '../../agencies/environment.ts'
import type { CheckPolicy, PolicyOwners } from '../../calls/check-policy.ts'
import { ApiError } from '../../failures.ts'
import { environmentNameSchema } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import type { Actor } from '../../people/actor.ts'
import { budgetRecord, presentBudget, presentRules, ruleRecord } from '../record.ts'
import { ruleForms, type RuleName, type SnakeCase, snakeCase } from '../rule-forms.ts'
import { type Author, noRules, ruleNames, type Rules } from '../rules.ts'
import { run, type Work } from '../../work.ts'

interface ShowDeps {
  environments: { find(agencyId: string, name: EnvironmentName): Work<Environment | undefined> }
  policy: Pick<CheckPolicy, 'policyFor' | 'budgets'>
}

interface SetDeps extends ShowDeps {
  policies: {
    find(owners: PolicyOwners, author: Author): Work<Rules | undefined>
    set(owners: PolicyOwners, author: Author, rules: Rules, now: number): Work<void>
  }
}

/** The level is the gate without an agency, the agency without an environment. */
const environmentField = environmentNameSchema
  .optional()
  .meta({ description: 'production or staging; without it, all environments of the agency' })

const output = z.object({
  level: z.enum(['gate', 'agency', 'environment']),
  rules: z.array(ruleRecord).meta({ description: 'The rules in effect' }),
  budgets: z.array(budgetRecord),
})

/** Whose rules are meant. Fails with `invalid_input` for an environment without an agency. */
const ownersOf = function* (
  { environments }: Pick<ShowDeps, 'environments'>,
  agency: Agency | undefined,
  environment: EnvironmentName | undefined,
): Work<PolicyOwners> {
  if (environment === undefined) return { agencyId: agency?.id ?? null, environmentId: null }
  const found = agency && (yield* environments.find(agency.id, environment))
  if (!found) throw new ApiError('invalid_input', { detail: 'An environment needs its agency.' })
  return { agencyId: found.agencyId, environmentId: found.id }
}

/** The policy in effect at a level, and its budgets as they stand. */
const present = function* (
  { policy }: ShowDeps,
  owners: PolicyOwners,
  now: number,
): Work<z.input<typeof output>> {
  return {
    level: owners.environmentId ? 'environment' : owners.agencyId ? 'agency' : 'gate',
    rules: presentRules(yield* policy.policyFor(owners)),
    budgets: (yield* policy.budgets(owners, now)).map(presentBudget),
  }
}

export const showPolicy = operation({
  name: 'policy.show',
  summary: 'Shows the rules in effect for calls, where each comes from, and what is left of the budgets.',
  scope: 'agencies',
  may: 'admin',
  input: { environment: environmentField },
  output,
  *run(deps: ShowDeps, { agency, input, now }) {
    return yield* present(deps, yield* ownersOf(deps, agency, input.environment), now)
  },
})

/** Each rule as a text, a number or a flag; null takes the level's own rule away. */
const fields = Object.fromEntries(
  ruleNames.map((name) => {
    const { description, hint, must } = ruleForms[name]
    const flaw = `${snakeCase(name)} must be ${must}`
    const kind = /^(?:calls|minutes|newNumbers)/.test(name)
      ? z.int(flaw)
      : name === 'consentRequired' || name === 'hardBudget'
        ? z.enum(['true', 'false'], flaw)
        : z.string(flaw).max(20_000)
    return [
      snakeCase(name),
      kind
        .nullable()
        .optional()
        .meta({ description, hint: `${hint}|unset`, nullWord: 'unset' }),
    ]
  }),
) as unknown as { [Name in RuleName as SnakeCase<Name>]: z.ZodOptional<z.ZodType<string | number | null>> }

/** The rules that only operators set: an agency could begin its day anew by another time zone. */
const operatorsOnly: ReadonlySet<RuleName> = new Set(['timeZone'])

export const setPolicy = operation({
  name: 'policy.set',
  summary: 'Sets rules for calls: for the whole gate, an agency or one of its environments.',
  details:
    'An operator’s rule replaces the one of the level above. A rule of an agency’s admin only narrows it. A rule that you leave out stays; unset takes it away.',
  scope: 'agencies',
  may: 'admin',
  sensitive: true,
  input: { environment: environmentField, ...fields },
  example: { countries: 'US,CA' },
  output,
  says: ({ level }) => `The policy of the ${level} has changed.`,
  run: async (deps: SetDeps, { agency, input, now, actor, change }) => {
    const owners = await run(ownersOf(deps, agency, input.environment))
    const author = authorOf(actor)
    const given = rulesIn(input, author)
    const set = function* () {
      const before = (yield* deps.policies.find(owners, author)) ?? noRules
      yield* deps.policies.set(owners, author, { ...before, ...given }, now)
    }
    await change(set, {
      action: 'policy.changed',
      ...(input.environment && { environment: input.environment }),
      target: ruleNames
        .filter((name) => name in given)
        .map((name) => `${snakeCase(name)}: ${textOf(name, given[name])}`)
        .join('; '),
    })
    return await run(present(deps, owners, now))
  },
})

const authorOf = ({ role }: Actor): Author => (role === 'operator' ? 'operator' : 'admin')

const textOf = (name: RuleName, value: Rules[RuleName] | undefined) =>
  value === null || value === undefined
    ? 'unset'
    : (ruleForms[name].write as (value: NonNullable<Rules[RuleName]>) => string)(value)

/** Fails with `invalid_input` or `operator_only`. */
const rulesIn = (input: Record<string, unknown>, author: Author): Partial<Rules> => {
  const given = ruleNames.flatMap((name) => {
    const value = input[snakeCase(name)]
    if (value === undefined) return []
    if (author === 'admin' && operatorsOnly.has(name)) throw new ApiError('operator_only')
    return [[name, value === null ? null : readRule(name, String(value))] as const]
  })
  if (given.length === 0) throw new ApiError('invalid_input', { detail: 'Name at least one rule.' })
  return Object.fromEntries(given)
}

const readRule = (name: RuleName, text: string) => {
  const { read, must } = ruleForms[name]
  const value = read(text)
  if (value === undefined)
    throw new ApiError('invalid_input', {
      detail: `${snakeCase(name)} must be ${must}.`,
      param: snakeCase(name),
    })
  return value
}
