import { rotateAfterDays } from '../../../keys/age.ts'
import type { Agency, Plan } from '../../../agencies/agency.ts'
import type { Person } from '../../../people/person.ts'
import { FormError, Layout } from '../../page/layout.tsx'
import { Table } from '../../page/table.tsx'

export const planNames: Record<Plan, string> = { starter: 'Starter', growth: 'Growth', agency: 'Agency' }

interface AgenciesProps {
  person: Person
  agencies: Agency[]
  /** The ids of agencies with an API key that is due for rotation. */
  withOldKeys: ReadonlySet<string>
  /** The input of a rejected form. */
  typed?: { name?: string | undefined; plan?: Plan | undefined }
  error?: string | undefined
}

export const AgenciesPage = ({ person, agencies, withOldKeys, typed = {}, error }: AgenciesProps) => (
  <Layout title="Agencies" person={person}>
    <main>
      <h1>Agencies</h1>
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
