import { rotateAfterDays } from '../../../keys/age.ts'
import type { Agency, Plan } from '../../../agencies/agency.ts'
import type { ConfigWarning } from '../../../config/warnings.ts'
import type { Person } from '../../../people/person.ts'
import { FormError, Layout } from '../../page/layout.tsx'
import { Table } from '../../page/table.tsx'

export const planNames: Record<Plan, string> = { starter: 'Starter', growth: 'Growth', agency: 'Agency' }

interface AgenciesProps {
  person: Person
  agencies: Agency[]
  /** The ids of agencies with an API key that is due for rotation. */
  withOldKeys: ReadonlySet<string>
  /** Whether an operator has chosen the countries that may be called. */
  hasCountries: boolean
  /** Settings of the server that should be changed. */
  warnings: ConfigWarning[]
  /** The input of a rejected form. */
  typed?: { name?: string | undefined; plan?: Plan | undefined }
  error?: string | undefined
}

export const AgenciesPage = ({
  person,
  agencies,
  withOldKeys,
  hasCountries,
  warnings,
  typed = {},
  error,
}: AgenciesProps) => (
  <Layout title="Agencies" person={person}>
    <main>
      <h1>Agencies</h1>
      {!hasCountries && <ChooseCountries />}
      {warnings.map(({ name, says }) => (
        <p key={says} class="notice warning">
          <code>{name}</code>: {says}
        </p>
      ))}
      {agencies.length === 0 ? (
        <p>There are no agencies yet. Create the first one below.</p>
      ) : (
        <Table label="Agencies" heads={['Name', 'Plan']}>
          {agencies.map((agency) => (
            <tr key={agency.id}>
              <td class="name">
                <a href={`/admin/agencies/${agency.id}`}>{agency.name}</a>
                {agency.suspendedAt !== null && (
                  <>
                    {' '}
                    <span class="tag">Suspended</span>
                  </>
                )}
                {withOldKeys.has(agency.id) && (
                  <>
                    {' '}
                    <a class="tag due" href={`/admin/agencies/${agency.id}/integrations/api`}>
                      {`API key older than ${rotateAfterDays} days`}
                    </a>
                  </>
                )}
              </td>
              <td>{planNames[agency.plan]}</td>
            </tr>
          ))}
        </Table>
      )}
      <article>
        <h2>New agency</h2>
        <FormError message={error} />
        <form method="post" action="/admin/agencies">
          <label>
            Name
            <input name="name" value={typed.name ?? ''} required maxLength={100} autoComplete="off" />
          </label>
          <PlanField plan={typed.plan ?? 'agency'} />
          <button type="submit">Create agency</button>
        </form>
      </article>
    </main>
  </Layout>
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
