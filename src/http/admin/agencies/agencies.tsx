import { ageDays, dueIfMadeBefore, rotateAfterDays } from '../../../keys/age.ts'
import { type AgencyHealth, type HealthColumn, healthColumns } from '../../../agencies/health.ts'
import type { Plan } from '../../../agencies/agency.ts'
import type { ConfigWarning } from '../../../config/warnings.ts'
import type { Person } from '../../../people/person.ts'
import { counted, FormError, Layout } from '../../page/layout.tsx'
import { Table } from '../../page/table.tsx'
import { Time } from '../../page/time.tsx'
import { webhookPath } from '../webhooks/webhook-path.ts'
import { type AgencyListQuery, firstOrder, listUrl, type readAgencyList } from './agency-list.ts'

export const planNames: Record<Plan, string> = { starter: 'Starter', growth: 'Growth', agency: 'Agency' }

interface AgenciesProps {
  person: Person
  list: ReturnType<typeof readAgencyList>
  /** Whether an operator has chosen the countries that may be called. */
  hasCountries: boolean
  /** Settings of the server that should be changed. */
  warnings: ConfigWarning[]
  /** The input of a rejected form. */
  typed?: { name?: string | undefined; plan?: Plan | undefined } | undefined
  error?: string | undefined
}

export const AgenciesPage = ({ person, list, hasCountries, warnings, typed, error }: AgenciesProps) => {
  const { query, total, agencies, next, isFirst } = list
  const hasNone = total === 0 && query.q === ''
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
            {agencies.length === 0 ? (
              <p class="empty">No agency’s name matches. Clear the search to see all agencies.</p>
            ) : (
              <AgencyTable list={list} />
            )}
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
    <FormError message={error} />
    <form method="post" action="/admin/agencies">
      <label>
        Name
        <input name="name" value={typed.name ?? ''} required maxLength={100} autoComplete="off" />
      </label>
      <PlanField plan={typed.plan ?? 'agency'} />
      <button type="submit">Create agency</button>
    </form>
  </details>
)

const SearchForm = ({ query }: { query: AgencyListQuery }) => (
  <form method="get" action="/admin/agencies" class="filter">
    <label>
      Search agencies
      <input type="search" name="q" value={query.q} maxLength={100} autoComplete="off" />
    </label>
    {query.sort !== 'name' && <input type="hidden" name="sort" value={query.sort} />}
    {query.order !== firstOrder(query.sort) && <input type="hidden" name="order" value={query.order} />}
    <button type="submit" class="secondary">
      Search
    </button>
    {query.q !== '' && <a href={listUrl({ ...query, q: '' })}>Clear search</a>}
  </form>
)

const columnTitles: Record<HealthColumn, string> = {
  name: 'Name',
  plan: 'Plan',
  calls_today: 'Calls today',
  limited: 'Limited today',
  webhook: 'Webhook',
  key_age: 'Key age',
  last_call: 'Last call',
}

const AgencyTable = ({ list: { agencies, query, now } }: Pick<AgenciesProps, 'list'>) => {
  const heads = healthColumns.map((column) => {
    const isSorted = column === query.sort
    const other = query.order === 'asc' ? 'desc' : 'asc'
    const order: AgencyListQuery['order'] = isSorted ? other : firstOrder(column)
    return {
      label: columnTitles[column],
      href: listUrl({ ...query, sort: column, order }),
      sorted: isSorted ? (`${query.order}ending` as const) : undefined,
    }
  })
  return (
    <Table label="Agencies" heads={heads}>
      {agencies.map((agency) => (
        <AgencyRow key={agency.id} agency={agency} now={now} />
      ))}
    </Table>
  )
}

const AgencyRow = ({ agency, now }: { agency: AgencyHealth; now: number }) => {
  const base = `/admin/agencies/${agency.id}`
  return (
    <tr>
      <td class="name">
        <a href={base}>{agency.name}</a>
        {agency.suspendedAt !== null && (
          <>
            {' '}
            <span class="tag">Suspended</span>
          </>
        )}
      </td>
      <td>{planNames[agency.plan]}</td>
      <td>
        <a href={`${base}/calls`}>{agency.callsToday.toLocaleString('en')}</a>
      </td>
      <td>
        {agency.limitedToday === 0 ? (
          '0'
        ) : (
          <a href={`${base}/usage`}>{agency.limitedToday.toLocaleString('en')}</a>
        )}
      </td>
      <td>
        {agency.failingWebhook === null ? (
          '–'
        ) : (
          <a class="tag failed" href={webhookPath(agency.id, agency.failingWebhook)}>
            Failing
          </a>
        )}
      </td>
      <td>
        <KeyAge agencyPath={base} createdAt={agency.oldestKeyAt} now={now} />
      </td>
      <td>{agency.lastCallAt === null ? 'never' : <Time at={agency.lastCallAt} />}</td>
    </tr>
  )
}

interface KeyAgeProps {
  agencyPath: string
  createdAt: number | null
  now: number
}

const KeyAge = ({ agencyPath, createdAt, now }: KeyAgeProps) => {
  if (createdAt === null) return <>no key</>
  const age = counted(ageDays(createdAt, now), 'day')
  if (createdAt >= dueIfMadeBefore(now)) return <>{age}</>
  return (
    <a
      class="tag due"
      href={`${agencyPath}/integrations/api`}
      title={`API key older than ${rotateAfterDays} days`}
    >
      {age}
    </a>
  )
}

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
  <label>
    Plan
    <select name="plan">
      {Object.entries(planNames).map(([value, label]) => (
        <option key={value} value={value} selected={value === plan}>
          {label}
        </option>
      ))}
    </select>
    <small>Only the Agency plan includes API access.</small>
  </label>
)
