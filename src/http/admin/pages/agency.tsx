import type { ComponentChildren } from 'preact'
import type { AgentRow } from '../../../storage/agents.ts'
import type { Agency } from '../../../storage/agencies.ts'
import type { EnvironmentRow } from '../../../storage/environments.ts'
import type { Person } from '../../../storage/people.ts'
import { providerKinds } from '../../../providers/kinds.ts'
import { PlanField, planNames } from './agencies.tsx'
import { FormError, Layout } from './layout.tsx'

export interface AgencyPageProps {
  person: Person
  agency: Agency
}

interface AgencyLayoutProps extends AgencyPageProps {
  title: string
  section: 'overview' | 'calls' | 'agents' | 'integrations'
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
            {link('agents', 'Agents', `${base}/agents`)}
            {link('integrations', 'Integrations', `${base}/integrations`)}
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
  </AgencyLayout>
)

interface AgentsProps extends AgencyPageProps {
  agents: AgentRow[]
  environments: EnvironmentRow[]
  /** What a refused form held. */
  typed?: Record<string, string>
  error?: string | undefined
}

export const AgentsPage = ({ person, agency, agents, environments, typed = {}, error }: AgentsProps) => (
  <AgencyLayout person={person} agency={agency} title="Agents" section="agents">
    <h1>Agents</h1>
    {agents.length === 0 ? (
      <p>There is no agent yet. A call needs one: create it below.</p>
    ) : (
      <>
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Provider</th>
              <th scope="col">Agent ID</th>
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <tr key={agent.id}>
                <td>{agent.name}</td>
                <td>{agent.provider}</td>
                <td>
                  <code>{agent.id}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <article>
          <h2>Default agents</h2>
          <p>The default agent takes the calls that name no agent.</p>
          <div class="columns">
            {environments.map((environment) => (
              <DefaultAgentForm key={environment.id} environment={environment} agents={agents} />
            ))}
          </div>
        </article>
      </>
    )}
    <article>
      <h2>New agent</h2>
      <FormError message={error} />
      <form method="post" action={`/admin/agencies/${agency.id}/agents`}>
        <label>
          Name
          <input name="name" value={typed.name ?? ''} required maxLength={100} autoComplete="off" />
        </label>
        <label>
          Provider
          <select name="provider">
            <option value="simulator">Simulator – plays calls and rings nobody</option>
            {providerKinds.map((kind) => (
              <option key={kind.name} value={kind.name} selected={kind.name === typed.provider}>
                {kind.title}
              </option>
            ))}
          </select>
        </label>
        <div class="columns">
          <label>
            Reference at the provider
            <input name="ref" value={typed.ref ?? ''} maxLength={500} autoComplete="off" />
            <small>Its assistant, agent or pathway id. The simulator needs none.</small>
          </label>
          <label>
            Calls from
            <input name="from" value={typed.from ?? ''} maxLength={100} autoComplete="off" />
            <small>A number, or its id at the provider. The simulator needs none.</small>
          </label>
        </div>
        <button type="submit">Create agent</button>
      </form>
    </article>
  </AgencyLayout>
)

const DefaultAgentForm = ({ environment, agents }: { environment: EnvironmentRow; agents: AgentRow[] }) => (
  <form method="post" action={`/admin/agencies/${environment.agencyId}/agents/default`}>
    <input type="hidden" name="environment" value={environment.name} />
    <label>
      {`Default agent in ${environment.name}`}
      <select name="agent">
        <option value="">None</option>
        {agents.map((agent) => (
          <option key={agent.id} value={agent.id} selected={agent.id === environment.defaultAgentId}>
            {agent.name}
          </option>
        ))}
      </select>
    </label>
    <button type="submit" class="secondary">
      {`Save for ${environment.name}`}
    </button>
  </form>
)
