import { Elysia } from 'elysia'
import { z } from 'zod'
import type { Agency } from '../../../agencies/agency.ts'
import type { Environment, EnvironmentName } from '../../../agencies/environment.ts'
import type { PolicyOwners } from '../../../calls/check-policy.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Actor } from '../../../people/actor.ts'
import type { Person } from '../../../people/person.ts'
import { explainPolicy } from '../../../policy/operations/explain.ts'
import { setPolicy, showPolicy } from '../../../policy/operations/set.ts'
import { snakeCase } from '../../../policy/rule-forms.ts'
import { type Author, ruleNames, type Rules } from '../../../policy/rules.ts'
import { renderPage } from '../../page/layout.tsx'
import { agencyParams, findAgency } from '../agencies/agency-pages.tsx'
import { environmentParams, type FindEnvironment, findEnvironment } from '../agencies/find-environment.ts'
import { submit } from '../form.ts'
import { type GuardDeps, operatorOnly, signedIn } from '../guard.ts'
import { type Explained, RulesPage, rulesPath } from './rules.tsx'
import { run, type Work } from '../../../work.ts'

export interface RulePagesDeps extends GuardDeps, FindEnvironment {
  policies: { find(owners: PolicyOwners, author: Author): Work<Rules | undefined> }
  perform: Perform
}

type Level = { agency?: string; environment?: EnvironmentName }

interface Asked {
  person: Person
  actor: Actor
}

interface Saving extends Asked {
  flash(sentence: string): void
}

/** What a page shows besides the level: the answer about a number, or a rejected form. */
interface Rejected {
  explained?: Explained | undefined
  typed?: Record<string, string>
  error?: FieldProblem | undefined
}

const numberQuery = z.object({ number: z.string().max(64).optional() })

/** The rules for real calls: of the gate for operators, of an agency and its environments for its admins too. */
export const rulePages = (deps: RulePagesDeps) => {
  const { perform, policies } = deps

  const found = async ({
    agency,
    environment,
  }: Level): Promise<{ agency?: Agency; environment?: Environment }> => {
    if (agency === undefined) return {}
    return environment === undefined
      ? { agency: await findAgency(deps, agency) }
      : await findEnvironment(deps, { agency, environment })
  }

  const page = async ({ person, actor }: Asked, level: Level, more: Rejected = {}) => {
    const { agency, environment } = await found(level)
    const owners = { agencyId: agency?.id ?? null, environmentId: environment?.id ?? null }
    const author = person.role === 'operator' ? 'operator' : 'admin'
    return renderPage(
      <RulesPage
        person={person}
        agency={agency}
        environment={environment}
        shown={await perform(showPolicy, level, actor)}
        own={await run(policies.find(owners, author))}
        {...more}
      />,
    )
  }

  const explain = async (
    { actor }: Asked,
    level: { agency: string; environment: EnvironmentName },
    number: string | undefined,
  ): Promise<Explained | undefined> => {
    const phoneNumber = number?.trim() ?? ''
    if (phoneNumber === '') return undefined
    const asked = { ...level, phone_number: phoneNumber }
    return {
      phoneNumber,
      ...(await submit(perform(explainPolicy, asked, actor), { fields: { phone_number: 'number' } })),
    }
  }

  /** Undefined once it is saved; else the page with the error. */
  const save = async (asked: Saving, level: Level, form: Record<string, string>) => {
    const { error } = await submit(perform(setPolicy, { ...level, ...rulesFrom(form) }, asked.actor))
    if (error !== undefined) return page(asked, level, { typed: form, error })
    asked.flash('Rules saved. They apply from the next call on.')
    return undefined
  }

  const ofGate = new Elysia({ name: 'gate-rule-pages' })
    .use(operatorOnly(deps))
    .get('/rules', (asked) => page(asked, {}))
    .post(
      '/rules',
      async ({ actor, flash, person, readForm, set, redirect }) => {
        const rejected = await save({ actor, flash, person }, {}, await readForm())
        if (rejected === undefined) return redirect(rulesPath(), 303)
        set.status = 422
        return rejected
      },
      { parse: 'none' },
    )

  return new Elysia({ name: 'rule-pages' })
    .use(ofGate)
    .use(signedIn(deps))
    .get('/agencies/:agency/rules', (asked) => page(asked, asked.params), { params: agencyParams })
    .post(
      '/agencies/:agency/rules',
      async ({ actor, flash, person, params, readForm, set, redirect }) => {
        const rejected = await save({ actor, flash, person }, params, await readForm())
        if (rejected === undefined) return redirect(rulesPath(params.agency), 303)
        set.status = 422
        return rejected
      },
      { parse: 'none', params: agencyParams },
    )
    .get(
      '/agencies/:agency/rules/:environment',
      async ({ actor, person, params, query }) => {
        const asked = { actor, person }
        return page(asked, params, { explained: await explain(asked, params, query.number) })
      },
      { params: environmentParams, query: numberQuery },
    )
    .post(
      '/agencies/:agency/rules/:environment',
      async ({ actor, flash, person, params, readForm, set, redirect }) => {
        const rejected = await save({ actor, flash, person }, params, await readForm())
        if (rejected === undefined) return redirect(rulesPath(params.agency, params.environment), 303)
        set.status = 422
        return rejected
      },
      { parse: 'none', params: environmentParams },
    )
}

const counts = new Set(ruleNames.filter((name) => /^(?:calls|minutes)/.test(name)).map(snakeCase))

/** The rules of a form: an empty field takes its rule away, a missing one keeps it. */
const rulesFrom = (form: Record<string, string>) => {
  const rules: Record<string, string | number | null> = {}
  for (const field of ruleNames.map(snakeCase)) {
    const text = form[field]?.trim()
    if (text === undefined) continue
    const isCount = counts.has(field) && /^\d{1,15}$/.test(text)
    rules[field] = text === '' ? null : isCount ? Number(text) : text
  }
  return rules
}
