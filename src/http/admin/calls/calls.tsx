import type { Agent } from '../../../agencies/agent.ts'
import type { Call } from '../../../calls/call.ts'
import type { EnvironmentName } from '../../../agencies/environment.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { counted } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'
import { costOf, EnvironmentTag, lasting, numberOf, OutcomeTag, StatusTag } from '../../page/words.tsx'
import { Table } from '../../page/table.tsx'
import { filterUrl } from '../filters.ts'
import { CallChips, CallFilterForm } from './call-filter-form.tsx'
import { type CallFilter, isFiltered } from './call-filter.ts'

/** A call with the names for its ids. */
export interface CallView extends Call {
  environment: EnvironmentName
  agentName: string
  isAgentDeleted: boolean
}

interface CallsProps extends AgencyPageProps {
  calls: CallView[]
  agents: Agent[]
  filter: CallFilter
  /** How many match, or the bound up to which they were counted. */
  count: { calls: number; isWhole: boolean }
  slots: { name: EnvironmentName; active: number; limit: number }[]
  /** The link to older calls, and whether these are the newest. */
  older: string | undefined
  isNewest: boolean
}

export const CallsPage = (props: CallsProps) => {
  const { person, agency, calls, agents, filter, count, slots, older, isNewest } = props
  const path = `/admin/agencies/${agency.id}/calls`
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
      <CallFilterForm path={path} agents={agents} filter={filter} />
      <CallChips path={path} agents={agents} filter={filter} />
      {calls.length > 0 ? (
        <>
          <Exports path={path} filter={filter} count={count} />
          <CallTable calls={calls} path={path} />
        </>
      ) : (
        <NoCalls agencyId={agency.id} isFiltered={isFiltered(filter) || !isNewest} />
      )}
      <p class="row start">
        {!isNewest && <a href={filterUrl(path, filter)}>Newest calls</a>}
        {older !== undefined && <a href={filterUrl(path, filter, older)}>Older calls</a>}
      </p>
    </AgencyLayout>
  )
}

/** The number says how much a download will be, while it is under way. */
const Exports = ({ path, filter, count }: Pick<CallsProps, 'filter' | 'count'> & { path: string }) => (
  <p class="row start exports">
    <span>
      {count.isWhole ? counted(count.calls, 'call') : `More than ${counted(count.calls, 'call')}`}
      {isFiltered(filter) && (count.calls === 1 ? ' matches' : ' match')}
    </span>
    <a href={filterUrl(`${path}.csv`, filter)} download>
      Download as CSV
    </a>
    <a href={filterUrl(`${path}.json`, filter)} download>
      Download as JSON
    </a>
  </p>
)

const NoCalls = ({ agencyId, isFiltered: isLess }: { agencyId: string; isFiltered: boolean }) =>
  isLess ? (
    <p class="empty">No calls match these filters. Clear filters to see all calls.</p>
  ) : (
    <p class="empty">
      There are no calls yet. Send a test call, or copy a curl command, under{' '}
      <a href={`/admin/agencies/${agencyId}/integrations/api`}>API &amp; Webhooks</a>.
    </p>
  )

const CallTable = ({ calls, path }: { calls: CallView[]; path: string }) => (
  <Table label="Calls" heads={['Time', 'Number', 'Agent', 'Outcome', 'Length', 'Cost', 'Environment']}>
    {calls.map((call) => (
      <tr key={call.id}>
        <td>
          <a href={`${path}/${call.id}`}>
            <Time at={call.createdAt} />
          </a>
        </td>
        <td>{numberOf(call)}</td>
        <td class="name">{call.agentName}</td>
        <td>
          <StatusTag status={call.status} /> <OutcomeTag reasonCode={call.reasonCode} />
        </td>
        <td>{call.durationSeconds === null ? '–' : lasting(call.durationSeconds)}</td>
        <td>{costOf(call) ?? '–'}</td>
        <td>
          <EnvironmentTag name={call.environment} />
        </td>
      </tr>
    ))}
  </Table>
)
