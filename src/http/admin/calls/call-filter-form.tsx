import { type Agent, agentLabel } from '../../../agencies/agent.ts'
import { environmentNames } from '../../../agencies/environment.ts'
import { callStatuses, reasonCodes } from '../../../calls/call.ts'
import { Chips, Choice, FilterForm, ZoneChoice } from '../../page/filters.tsx'
import { environmentTitles, outcomeTitles, statusTitles } from '../../page/words.tsx'
import { filterUrl } from '../filters.ts'
import type { CallFilter } from './call-filter.ts'

interface FilterProps {
  path: string
  agents: Agent[]
  filter: CallFilter
}

export const CallFilterForm = ({ path, agents, filter }: FilterProps) => (
  <FilterForm path={path}>
    <label>
      Number
      <input
        type="search"
        name="number"
        value={filter.number ?? ''}
        placeholder="+1 555 123 4567"
        maxLength={40}
        autoComplete="off"
      />
    </label>
    <Choice
      label="Agent"
      name="agent"
      chosen={filter.agent}
      options={agents.map((agent) => [agent.id, agentLabel(agent)])}
    />
    <label>
      From
      <input type={inputFor(filter.from)} name="from" value={filter.from ?? ''} autoComplete="off" />
    </label>
    <label>
      To
      <input type={inputFor(filter.to)} name="to" value={filter.to ?? ''} autoComplete="off" />
    </label>
    <ZoneChoice zone={filter.zone ?? 'UTC'} />
    <Choice
      label="Status"
      name="status"
      chosen={filter.status}
      options={callStatuses.map((status) => [status, statusTitles[status]])}
    />
    <Choice
      label="Outcome"
      name="outcome"
      chosen={filter.outcome}
      options={reasonCodes.map((code) => [code, outcomeTitles[code]])}
    />
    <Choice
      label="Environment"
      name="environment"
      chosen={filter.environment}
      options={environmentNames.map((name) => [name, environmentTitles[name]])}
    />
  </FilterForm>
)

/** A link to an hour has a time in it, which a field for dates would drop. */
const inputFor = (text: string | undefined) => (text?.includes('T') ? 'datetime-local' : 'date')

export const CallChips = ({ path, agents, filter }: FilterProps) => {
  const { zone = 'UTC', ...rest } = filter
  const agent = agents.find(({ id }) => id === filter.agent)
  const labels: Partial<Record<keyof CallFilter, string | undefined>> = {
    number: `Number: ${filter.number}`,
    agent: `Agent: ${agent ? agentLabel(agent) : filter.agent}`,
    from: `From ${filter.from?.replace('T', ' ')} ${zone}`,
    to: `To ${filter.to?.replace('T', ' ')} ${zone}`,
    status: filter.status && statusTitles[filter.status],
    outcome: filter.outcome ? outcomeTitles[filter.outcome] : undefined,
    environment: filter.environment && environmentTitles[filter.environment],
  }
  const set = Object.entries(rest).filter(([, value]) => value !== undefined)
  const chips = set.map(([name]) => ({
    label: labels[name as keyof CallFilter] ?? name,
    without: filterUrl(path, { ...filter, [name]: undefined }),
  }))
  return <Chips chips={chips} clear={path} />
}
