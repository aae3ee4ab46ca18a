import type { ComponentChildren } from 'preact'
import type { Agency } from '../../../agencies/agency.ts'
import type { Environment, EnvironmentName } from '../../../agencies/environment.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Person } from '../../../people/person.ts'
import { ruleForms, snakeCase } from '../../../policy/rule-forms.ts'
import { type Author, ruleNames, type Rules } from '../../../policy/rules.ts'
import { Form, InputField } from '../../page/form.tsx'
import { Layout } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'
import { Table } from '../../page/table.tsx'
import { environmentTitles } from '../../page/words.tsx'
import { AgencyLayout } from '../agencies/agency.tsx'
import { RuleForm } from './rule-form.tsx'

/** A rule in effect, and a budget as it stands, as the operation gives them. */
interface Shown {
  rules: { rule: string; value: string; from: string }[]
  budgets: {
    budget: string
    scope: string
    limit: number
    used: number
    currency: string | null
    resets_at: string
  }[]
}

/** The answer to a question about a number. */
export interface Explained {
  phoneNumber: string
  error?: FieldProblem | undefined
  done?:
    { allowed: boolean; country: string | null; kind: string; rules: { says: string | null }[] } | undefined
}

interface RulesProps {
  person: Person
  /** The level: the gate without an agency, an agency without an environment. */
  agency?: Agency | undefined
  environment?: Environment | undefined
  shown: Shown
  /** The rules that this person sets at this level. */
  own: Rules | undefined
  explained?: Explained | undefined
  typed?: Record<string, string>
  error?: FieldProblem | undefined
}

export const rulesPath = (agencyId?: string, environment?: EnvironmentName) =>
  agencyId === undefined
    ? '/admin/rules'
    : `/admin/agencies/${agencyId}/rules${environment === undefined ? '' : `/${environment}`}`

/** The rules for real calls at one level. */
export const RulesPage = (props: RulesProps) => {
  const { agency, environment, person } = props
  const author: Author = person.role === 'operator' ? 'operator' : 'admin'
  return (
    <Frame {...props}>
      <h1>Rules for calls</h1>
      <p>
        These rules decide which calls may ring a phone. Calls of the simulator don’t follow them.{' '}
        <a href="/docs/calling-rules">Read more</a>
      </p>
      {agency && <Levels agency={agency} current={environment?.name} />}
      <InEffect shown={props.shown} />
      {environment && <Explain {...props} />}
      <RuleForm
        author={author}
        isOfGate={agency === undefined}
        own={props.own}
        typed={props.typed}
        error={props.error}
        action={rulesPath(agency?.id, environment?.name)}
      />
    </Frame>
  )
}

const Frame = ({
  person,
  agency,
  environment,
  children,
}: Pick<RulesProps, 'person' | 'agency' | 'environment'> & { children: ComponentChildren }) =>
  agency ? (
    <AgencyLayout
      person={person}
      agency={agency}
      title={environment ? `${environmentTitles[environment.name]} rules` : 'Rules for calls'}
      section="rules"
      parents={environment && []}
    >
      {children}
    </AgencyLayout>
  ) : (
    <Layout section="rules" title="Rules for calls" person={person}>
      <main>{children}</main>
    </Layout>
  )

const Levels = ({ agency, current }: { agency: Agency; current: EnvironmentName | undefined }) => (
  <nav aria-label="Level" class="tabs">
    {([undefined, 'production', 'staging'] as const).map((name) => (
      <a
        key={name ?? 'agency'}
        href={rulesPath(agency.id, name)}
        aria-current={name === current ? 'page' : undefined}
      >
        {name === undefined ? 'All environments' : environmentTitles[name]}
      </a>
    ))}
  </nav>
)

const title = (rule: string) => {
  const name = ruleNames.find((each) => snakeCase(each) === rule)
  return name === undefined ? rule : ruleForms[name].label
}

const InEffect = ({ shown: { rules, budgets } }: { shown: Shown }) => (
  <article>
    <h2>In effect</h2>
    {!rules.some(({ rule }) => rule === 'countries') && (
      <p class="notice warning">
        No operator has chosen yet which countries may be called, so no call rings a phone.
      </p>
    )}
    {rules.some(({ rule, value }) => rule === 'countries' && value === '*') && (
      <p class="notice warning">
        Every country may be called. A stolen key can be used to call expensive numbers anywhere: choose
        countries.
      </p>
    )}
    {rules.length > 0 && (
      <Table label="Rules in effect" heads={['Rule', 'Value', 'Set by']}>
        {rules.map(({ rule, value, from }) => (
          <tr key={rule}>
            <td>{title(rule)}</td>
            <td>{value}</td>
            <td>{from}</td>
          </tr>
        ))}
      </Table>
    )}
    {budgets.length > 0 && (
      <Table label="Budgets" heads={['Budget', 'Counts', 'Used', 'Limit', 'Resets']}>
        {budgets.map(({ budget, scope, limit, used, currency, resets_at }) => (
          <tr key={`${scope} ${budget}`}>
            <td>{title(budget)}</td>
            <td>{scope === 'agency' ? 'All environments' : 'This environment'}</td>
            <td>{amount(used, currency)}</td>
            <td>{amount(limit, currency)}</td>
            <td>
              <Time at={Date.parse(resets_at)} />
            </td>
          </tr>
        ))}
      </Table>
    )}
  </article>
)

const amount = (number: number, currency: string | null) =>
  `${number.toLocaleString('en')}${currency === null ? '' : ` ${currency}`}`

const Explain = ({ agency, environment, explained }: RulesProps) => (
  <article>
    <h2>Check a number</h2>
    <Form method="get" action={rulesPath(agency?.id, environment?.name)} error={explained?.error}>
      <InputField
        name="number"
        type="tel"
        label="Phone number"
        value={explained?.phoneNumber ?? ''}
        placeholder="+14155550123"
        required
        maxLength={16}
        autoComplete="off"
      />
      <button type="submit">Check</button>
    </Form>
    {explained?.done && (
      <div role="status">
        <Verdict {...explained.done} />
      </div>
    )}
  </article>
)

const Verdict = ({ allowed, country, kind, rules }: NonNullable<Explained['done']>) => (
  <>
    <p>
      <strong>{allowed ? 'May be called now.' : 'May not be called now.'}</strong>{' '}
      {`${country ?? 'No country'}, ${kind}.`}
    </p>
    {!allowed && <ul>{rules.flatMap(({ says }) => (says === null ? [] : [<li key={says}>{says}</li>]))}</ul>}
  </>
)
