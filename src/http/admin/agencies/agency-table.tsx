import { ageDays, dueIfMadeBefore, rotateAfterDays } from '../../../keys/age.ts'
import { type AgencyHealth, type HealthColumn, healthColumns } from '../../../agencies/health.ts'
import type { Alarm } from '../../../alarms/alarm.ts'
import { counted } from '../../page/layout.tsx'
import { Table } from '../../page/table.tsx'
import { Time } from '../../page/time.tsx'
import { environmentTitles, planNames } from '../../page/words.tsx'
import { cureOf } from '../overview/cures.ts'
import { webhookPath } from '../webhooks/webhook-path.ts'
import { type AgencyListQuery, firstOrder, listUrl, type readAgencyList } from './agency-list.ts'

const columnTitles: Record<HealthColumn, string> = {
  name: 'Name',
  plan: 'Plan',
  calls_today: 'Calls today',
  limited: 'Limited today',
  webhook: 'Webhook',
  key_age: 'Key age',
  last_call: 'Last call',
}

type List = Awaited<ReturnType<typeof readAgencyList>>

/** The agencies with their health, or, where one kind of alarm is asked for, with what is wrong. */
export const AgencyTable = ({ list: { agencies, query, raised, now } }: { list: List }) => {
  const headOf = (column: HealthColumn) => {
    const isSorted = column === query.sort
    const other = query.order === 'asc' ? 'desc' : 'asc'
    const order: AgencyListQuery['order'] = isSorted ? other : firstOrder(column)
    return {
      label: columnTitles[column],
      href: listUrl({ ...query, sort: column, order }),
      sorted: isSorted ? (`${query.order}ending` as const) : undefined,
    }
  }
  return query.alarm ? (
    <Table
      label="Agencies"
      heads={[headOf('name'), 'What is wrong', headOf('calls_today'), headOf('last_call')]}
    >
      {agencies.map((agency) => (
        <AlarmedRow key={agency.id} agency={agency} alarms={raised.get(agency.id) ?? []} />
      ))}
    </Table>
  ) : (
    <Table label="Agencies" heads={healthColumns.map(headOf)}>
      {agencies.map((agency) => (
        <AgencyRow key={agency.id} agency={agency} now={now} />
      ))}
    </Table>
  )
}

const pathOf = ({ id }: AgencyHealth) => `/admin/agencies/${id}`

const AlarmedRow = ({ agency, alarms }: { agency: AgencyHealth; alarms: Alarm[] }) => (
  <tr>
    {nameCell(agency)}
    <td class="sentence">
      {alarms.map((alarm) => {
        const { href, label } = cureOf(alarm)
        return (
          <div key={`${href} ${alarm.says}`}>
            {alarm.place && `${environmentTitles[alarm.place.environment]}: `}
            {`${alarm.says} `}
            <a href={href}>{label}</a>
          </div>
        )
      })}
    </td>
    {callsTodayCell(agency)}
    {lastCallCell(agency)}
  </tr>
)

/** Cells are made by functions, because a table labels them as elements. */
const nameCell = (agency: AgencyHealth) => (
  <td class="name">
    <a href={pathOf(agency)}>{agency.name}</a>
    {agency.suspendedAt !== null && (
      <>
        {' '}
        <span class="tag">Suspended</span>
      </>
    )}
  </td>
)

const callsTodayCell = (agency: AgencyHealth) => (
  <td>
    <a href={`${pathOf(agency)}/calls`}>{agency.callsToday.toLocaleString('en')}</a>
  </td>
)

const lastCallCell = (agency: AgencyHealth) => (
  <td>{agency.lastCallAt === null ? 'never' : <Time at={agency.lastCallAt} />}</td>
)

const AgencyRow = ({ agency, now }: { agency: AgencyHealth; now: number }) => {
  const base = pathOf(agency)
  return (
    <tr>
      {nameCell(agency)}
      <td>{planNames[agency.plan]}</td>
      {callsTodayCell(agency)}
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
      {lastCallCell(agency)}
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
