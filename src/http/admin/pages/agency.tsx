import type { ComponentChildren } from 'preact'
import type { Agency } from '../../../storage/agencies.ts'
import type { Person } from '../../../people/person.ts'
import { PlanField, planNames } from './agencies.tsx'
import { Layout } from './layout.tsx'
import { InviteForm } from './people.tsx'

export interface AgencyPageProps {
  person: Person
  agency: Agency
}

interface AgencyLayoutProps extends AgencyPageProps {
  title: string
  section: 'overview' | 'calls' | 'usage' | 'agents' | 'integrations' | 'audit'
  children: ComponentChildren
}

/** A page inside one agency, with its sidebar. */
export const AgencyLayout = ({ person, agency, title, section, children }: AgencyLayoutProps) => {
  const base = `/admin/agencies/${agency.id}`
  const link = (name: AgencyLayoutProps['section'], label: string, href: string) => (
    <li>
      <a href={href} aria-current={name === section ? 'page' : undefined}>
        {label}
      </a>
    </li>
  )
  return (
    <Layout title={`${title} · ${agency.name}`} person={person}>
      <div class="with-sidebar">
        <nav aria-label={agency.name}>
          <p class="agency">{agency.name}</p>
          <ul>
            {link('overview', 'Overview', base)}
            {link('calls', 'Calls', `${base}/calls`)}
            {link('usage', 'Usage', `${base}/usage`)}
            {link('agents', 'Agents', `${base}/agents`)}
            {link('integrations', 'Integrations', `${base}/integrations`)}
            {link('audit', 'Audit', `${base}/audit`)}
          </ul>
        </nav>
        <main>{children}</main>
      </div>
    </Layout>
  )
}

export const OverviewPage = ({ person, agency }: AgencyPageProps) => (
  <AgencyLayout person={person} agency={agency} title="Overview" section="overview">
    <h1>{agency.name}</h1>
    <dl class="facts">
      <dt>Plan</dt>
      <dd>{planNames[agency.plan]}</dd>
      <dt>Agency ID</dt>
      <dd>
        <code>{agency.id}</code>
      </dd>
    </dl>
    {person.role === 'operator' && <ForOperator agency={agency} />}
  </AgencyLayout>
)

const ForOperator = ({ agency }: { agency: Agency }) => (
  <>
    <article>
      <h2>Change the plan</h2>
      <p>
        Leaving the Agency plan refuses every API request of this agency at once, with 403. Keys are kept, and
        work again when the plan comes back.
      </p>
      <form method="post" action={`/admin/agencies/${agency.id}/plan`}>
        <PlanField plan={agency.plan} />
        <button type="submit">Save plan</button>
      </form>
    </article>
    <article>
      <h2>Invite an admin</h2>
      <p>
        Makes a link that opens one account, which sees this agency alone: its keys, agents, calls and
        providers. Who there is stands under <a href="/admin/people">People</a>.
      </p>
      <InviteForm label="Invite an admin" agencyId={agency.id} />
    </article>
  </>
)
