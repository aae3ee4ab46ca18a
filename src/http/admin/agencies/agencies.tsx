import type { Plan } from '../../../agencies/agency.ts'
import { placeKinds } from '../../../alarms/place-alarms.ts'
import type { ConfigWarning } from '../../../config/warnings.ts'
import type { Person } from '../../../people/person.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import { Chips, Choice } from '../../page/filters.tsx'
import { Form, InputField, SelectField } from '../../page/form.tsx'
import { counted, Layout } from '../../page/layout.tsx'
import { planNames } from '../../page/words.tsx'
import { AgencyTable } from './agency-table.tsx'
import { type AgencyListQuery, firstOrder, listUrl, type readAgencyList } from './agency-list.ts'

interface AgenciesProps {
  person: Person
  list: Awaited<ReturnType<typeof readAgencyList>>
  /** Whether an operator has chosen the countries that may be called. */
  hasCountries: boolean
  /** Settings of the server that should be changed. */
  warnings: ConfigWarning[]
  /** The input of a rejected form. */
  typed?: { name?: string | undefined; plan?: Plan | undefined } | undefined
  error?: FieldProblem | undefined
}

export const AgenciesPage = ({ person, list, hasCountries, warnings, typed, error }: AgenciesProps) => {
  const { query, total, agencies, next, isFirst } = list
  const hasNone = total === 0 && query.q === '' && query.alarm === undefined
  return (
    <Layout section="agencies" title="Agencies" person={person}>
      <main>
        <h1>Agencies</h1>
        {!hasCountries && <ChooseCountries />}
        {warnings.map(({ name, says }) => (
          <p key={says} class="notice warning">
            <code>{name}</code>: {says}
          </p>
        ))}
        <NewAgency typed={typed} error={error} isOpen={hasNone || error !== undefined} />
        {hasNone ? (
          <p class="empty">There are no agencies yet. Create the first one above.</p>
        ) : (
          <>
            <SearchForm query={query} />
            <AlarmChip query={query} />
            {agencies.length === 0 ? <NoneFound query={query} /> : <AgencyTable list={list} />}
            <p class="row start">
              <span>{counted(total, 'agency', 'agencies')}</span>
              {!isFirst && <a href={listUrl(query)}>First page</a>}
              {next && <a href={listUrl(query, next)}>Next page</a>}
            </p>
          </>
        )}
      </main>
    </Layout>
  )
}

const NewAgency = ({
  typed = {},
  error,
  isOpen,
}: Pick<AgenciesProps, 'typed' | 'error'> & { isOpen: boolean }) => (
  <details class="panel" open={isOpen}>
    <summary>New agency</summary>
    <Form action="/admin/agencies" error={error}>
      <InputField
        name="name"
        label="Name"
        value={typed.name ?? ''}
        required
        maxLength={100}
        autoComplete="off"
      />
      <PlanField plan={typed.plan ?? 'agency'} />
      <button type="submit">Create agency</button>
    </Form>
  </details>
)

const AlarmChip = ({ query }: { query: AgencyListQuery }) => {
  const without = listUrl({ ...query, alarm: undefined })
  return query.alarm ? (
    <Chips chips={[{ label: sentenceCase(placeKinds[query.alarm]), without }]} clear={without} />
  ) : null
}

const sentenceCase = (words: string) => words.replace(/^./, (first) => first.toUpperCase())

const NoneFound = ({ query: { q, alarm } }: { query: AgencyListQuery }) => (
  <p class="empty">
    {alarm === undefined
      ? 'No agency’s name matches. Clear the search to see all agencies.'
      : q === ''
        ? 'No agency needs attention for this reason. Remove the filter to see all agencies.'
        : 'No agency with this name needs attention for this reason. Remove the filter to see all agencies.'}
  </p>
)

const SearchForm = ({ query }: { query: AgencyListQuery }) => (
  <form method="get" action="/admin/agencies" class="filter">
    <label>
      Search agencies
      <input type="search" name="q" value={query.q} maxLength={100} autoComplete="off" />
    </label>
    <Choice
      label="Needs attention"
      name="alarm"
      chosen={query.alarm}
      options={Object.entries(placeKinds).map(([kind, words]) => [kind, sentenceCase(words)])}
    />
    {query.sort !== 'name' && <input type="hidden" name="sort" value={query.sort} />}
    {query.order !== firstOrder(query.sort) && <input type="hidden" name="order" value={query.order} />}
    <button type="submit" class="secondary">
      Search
    </button>
    {query.q !== '' && <a href={listUrl({ ...query, q: '' })}>Clear search</a>}
  </form>
)

/** Asked until it is answered, from the first sign-in on. */
const ChooseCountries = () => (
  <article>
    <h2>Which countries do your agencies call?</h2>
    <p>
      Until you choose, no call rings a phone. You can change this at any time under{' '}
      <a href="/admin/rules">Rules</a>.
    </p>
    <form method="post" action="/admin/rules">
      <label>
        Countries
        <input name="countries" required placeholder="US, CA" autoComplete="off" />
        <small>ISO country codes, separated by commas. * allows every country.</small>
      </label>
      <button type="submit">Save countries</button>
    </form>
  </article>
)

export const PlanField = ({ plan }: { plan: Plan }) => (
  <SelectField name="plan" label="Plan" hint="Only the Agency plan includes API access.">
    {Object.entries(planNames).map(([value, label]) => (
      <option key={value} value={value} selected={value === plan}>
        {label}
      </option>
    ))}
  </SelectField>
)
