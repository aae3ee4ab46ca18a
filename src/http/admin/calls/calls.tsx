import { type Agent, agentLabel } from '../../../agencies/agent.ts'
import { type Call, callStatuses } from '../../../calls/call.ts'
import { type EnvironmentName, environmentNames } from '../../../agencies/environment.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { Time } from '../../page/layout.tsx'
import {
  EnvironmentTag,
  environmentTitles,
  lasting,
  OutcomeTag,
  sentimentTitles,
  StatusTag,
  statusTitles,
  numberOf,
} from '../../page/words.tsx'
import { Table } from '../../page/table.tsx'

/** A call with the names for its ids. */
export interface CallView extends Call {
  environment: EnvironmentName
  agentName: string
  isAgentDeleted: boolean
}

/** The filters of the list. */
export interface CallFilter {
  environment?: EnvironmentName | undefined
  status?: Call['status'] | undefined
  agent?: string | undefined
}

interface CallsProps extends AgencyPageProps {
  calls: CallView[]
  agents: Agent[]
  filter: CallFilter
  slots: { name: EnvironmentName; active: number; limit: number }[]
  /** The link to older calls, and whether these are the newest. */
  older: string | undefined
  isNewest: boolean
}

export const CallsPage = ({ person, agency, calls, agents, filter, slots, older, isNewest }: CallsProps) => {
  const path = `/admin/agencies/${agency.id}/calls`
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  return (
    <AgencyLayout person={person} agency={agency} title="Calls" section="calls">
      <h1>Calls</h1>
      <p class="row start">
        {slots.map(({ name, active, limit }) => (
          <span key={name}>
            <EnvironmentTag name={name} /> {`${active} of ${limit} slots in use`}
          </span>
        ))}
        <a href={`/admin/agencies/${agency.id}/slots`}>Active slots</a>
      </p>
      <FilterForm path={path} agents={agents} filter={filter} isFiltered={isFiltered} />
      {calls.length > 0 ? (
        <CallTable calls={calls} path={path} />
      ) : (
        <NoCalls agencyId={agency.id} isFiltered={isFiltered || !isNewest} />
      )}
      <p class="row start">
        {!isNewest && <a href={listUrl(path, filter)}>Newest calls</a>}
        {older !== undefined && <a href={listUrl(path, filter, older)}>Older calls</a>}
        {calls.length > 0 && (
          <a href={listUrl(`${path}.csv`, filter)} download>
            {isFiltered ? 'Download these calls as CSV' : 'Download all as CSV'}
          </a>
        )}
      </p>
    </AgencyLayout>
  )
}

const listUrl = (path: string, filter: CallFilter, before?: string) => {
  const given = Object.entries({ ...filter, before }).filter(([, value]) => value !== undefined)
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given as [string, string][])}`
}

interface FilterProps {
  path: string
  agents: Agent[]
  filter: CallFilter
  isFiltered: boolean
}

const FilterForm = ({ path, agents, filter, isFiltered }: FilterProps) => (
  <form method="get" action={path} class="filter">
    <Choice
      label="Environment"
      name="environment"
      chosen={filter.environment}
      options={environmentNames.map((name) => [name, environmentTitles[name]])}
    />
    <Choice
      label="Status"
      name="status"
      chosen={filter.status}
      options={callStatuses.map((status) => [status, statusTitles[status]])}
    />
    <Choice
      label="Agent"
      name="agent"
      chosen={filter.agent}
      options={agents.map((agent) => [agent.id, agentLabel(agent)])}
    />
    <div class="row start">
      <button type="submit" class="secondary">
        Filter
      </button>
      {isFiltered && <a href={path}>Clear filters</a>}
    </div>
  </form>
)

interface ChoiceProps {
  label: string
  name: string
  chosen: string | undefined
  options: [value: string, label: string][]
}

const Choice = ({ label, name, chosen, options }: ChoiceProps) => (
  <label>
    {label}
    <select name={name}>
      <option value="">All</option>
      {options.map(([value, title]) => (
        <option key={value} value={value} selected={value === chosen}>
          {title}
        </option>
      ))}
    </select>
  </label>
)

const NoCalls = ({ agencyId, isFiltered }: { agencyId: string; isFiltered: boolean }) =>
  isFiltered ? (
    <p class="empty">No calls match these filters. Clear filters to see all calls.</p>
  ) : (
    <p class="empty">
      There are no calls yet. Send a test call, or copy a curl command, under{' '}
      <a href={`/admin/agencies/${agencyId}/integrations/api`}>API &amp; Webhooks</a>.
    </p>
  )

const CallTable = ({ calls, path }: { calls: CallView[]; path: string }) => (
  <Table
    label="Calls"
    heads={['Date', 'Environment', 'Status', 'Number', 'Direction', 'Agent', 'Duration', 'Sentiment']}
  >
    {calls.map((call) => (
      <tr key={call.id}>
        <td>
          <a href={`${path}/${call.id}`}>
            <Time at={call.createdAt} />
          </a>
        </td>
        <td>
          <EnvironmentTag name={call.environment} />
        </td>
        <td>
          <StatusTag status={call.status} /> <OutcomeTag reasonCode={call.reasonCode} />
        </td>
        <td>{numberOf(call)}</td>
        <td>Outbound</td>
        <td class="name">{call.agentName}</td>
        <td>{call.durationSeconds === null ? '–' : lasting(call.durationSeconds)}</td>
        <td>{call.sentiment === null ? '–' : sentimentTitles[call.sentiment]}</td>
      </tr>
    ))}
  </Table>
)
