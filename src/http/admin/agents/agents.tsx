import type { Agent } from '../../../agencies/agent.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import { agentProblem } from '../../../providers/kinds.ts'
import type { Environment } from '../../../agencies/environment.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { AgentForm, ProviderName, type TypedAgent } from './agent.tsx'
import { Copyable } from '../../page/copyable.tsx'
import { EnvironmentTag } from '../../page/words.tsx'
import { Table } from '../../page/table.tsx'

interface AgentsProps extends AgencyPageProps {
  agents: Agent[]
  environments: Environment[]
  /** The providers that the agency has an account with. */
  accounts: ReadonlySet<string>
  /** The input of a rejected form. */
  typed?: TypedAgent
  error?: FieldProblem | undefined
}

export const AgentsPage = (props: AgentsProps) => {
  const { person, agency, agents, environments, accounts, typed = {}, error } = props
  return (
    <AgencyLayout person={person} agency={agency} title="Agents" section="agents">
      <h1>Agents</h1>
      {agents.length === 0 ? (
        <p class="empty">There are no agents yet. Every call needs an agent: create one below.</p>
      ) : (
        <>
          <AgentTable agents={agents} environments={environments} accounts={accounts} />
          <DefaultAgents agents={agents} environments={environments} />
        </>
      )}
      <article>
        <h2>New agent</h2>
        <AgentForm
          action={`/admin/agencies/${agency.id}/agents`}
          typed={typed}
          error={error}
          button="Create agent"
        />
      </article>
    </AgencyLayout>
  )
}

const AgentTable = ({
  agents,
  environments,
  accounts,
}: Pick<AgentsProps, 'agents' | 'environments' | 'accounts'>) => (
  <Table label="Agents" heads={['Name', 'Provider', 'Default in', 'Agent ID']}>
    {agents.map((agent) => (
      <tr key={agent.id}>
        <td class="name">
          <a href={`/admin/agencies/${agent.agencyId}/agents/${agent.id}`}>{agent.name}</a>
        </td>
        <td>
          <ProviderName agent={agent} accounts={accounts} />
          {agentProblem(agent) && (
            <>
              <br />
              <small>It can’t place calls. Open it to see why.</small>
            </>
          )}
        </td>
        <td>
          {environments
            .filter(({ defaultAgentId }) => defaultAgentId === agent.id)
            .map(({ name }) => (
              <span key={name}>
                <EnvironmentTag name={name} />{' '}
              </span>
            ))}
        </td>
        <td>
          <Copyable label="agent ID">{agent.id}</Copyable>
        </td>
      </tr>
    ))}
  </Table>
)

const DefaultAgents = ({ agents, environments }: Pick<AgentsProps, 'agents' | 'environments'>) => (
  <article>
    <h2>Default agents</h2>
    <p>
      The default agent takes calls that don’t name an agent. Without a default agent, such calls are
      rejected.
    </p>
    <div class="columns">
      {environments.map((environment) => (
        <DefaultAgentForm key={environment.id} environment={environment} agents={agents} />
      ))}
    </div>
  </article>
)

const DefaultAgentForm = ({ environment, agents }: { environment: Environment; agents: Agent[] }) => (
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
