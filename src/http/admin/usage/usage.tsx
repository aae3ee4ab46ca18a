import type { EnvironmentName } from '../../../agencies/environment.ts'
import type { Pattern } from '../../../usage/patterns.ts'
import type { Refused } from '../../../usage/recent-refusals.ts'
import { groupSlots, requestsOf, type Slot } from '../../../usage/series.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { callsArea, requestLayers } from './area.ts'
import { CallsChart, Hatches, RequestsChart } from './chart.tsx'
import { Live, type LiveCounters } from './live.tsx'
import { Patterns } from './patterns.tsx'
import { FindRefusal, Refusals } from './refusals.tsx'
import { type Share, sharesOf } from './shares.ts'
import { ReasonTable, SlotTable } from './slot-table.tsx'
import { environmentTitles } from '../../page/words.tsx'

/** The usage of an environment. */
export interface UsageView {
  name: EnvironmentName
  counters: LiveCounters
  /** The last hour, and the last 30 days by hour. */
  minutes: Slot[]
  hours: Slot[]
  refusals: Refused[]
  patterns: Pattern[]
}

interface UsageProps extends AgencyPageProps {
  environments: UsageView[]
  /** The X-Request-Id to search for. */
  wanted: string | undefined
  now: number
  /** The hours per column in the charts of 30 days. */
  hoursPerColumn: number
}

export const usagePath = (agencyId: string) => `/admin/agencies/${agencyId}/usage`

export const UsagePage = ({ person, agency, environments, wanted, now, hoursPerColumn }: UsageProps) => (
  <AgencyLayout person={person} agency={agency} title="Usage" section="usage">
    <h1>Usage</h1>
    <Hatches />
    <FindRefusal path={usagePath(agency.id)} wanted={wanted} />
    {environments.map((view) => (
      <article key={view.name} class={`environment ${view.name}`} aria-labelledby={`${view.name}-title`}>
        <h2 id={`${view.name}-title`}>{environmentTitles[view.name]}</h2>
        <Live counters={view.counters} from={`${usagePath(agency.id)}/live`} />
        <Patterns patterns={view.patterns} now={now} />
        <LastHour view={view} />
        <LastDays view={view} hoursPerColumn={hoursPerColumn} />
        <ReasonTable {...view} />
        <Refusals name={view.name} refusals={view.refusals} wanted={wanted} />
      </article>
    ))}
    <noscript>
      <a href={usagePath(agency.id)}>Refresh</a>
    </noscript>
  </AgencyLayout>
)

const fiveMinutesMs = 300_000
const dayMs = 86_400_000

const LastHour = ({ view: { name, counters, minutes, hours } }: { view: UsageView }) => {
  const shares = sharesOf(minutes, sharesOf(hours))
  const span = { slots: minutes, from: clockTime(minutes[0]?.startAt ?? 0), to: 'now (UTC)' }
  return (
    <>
      <h3>Requests per minute, last hour</h3>
      <RequestsChart
        id={`${name}-minutes`}
        title={`Requests per minute in ${name}, last hour`}
        description={requestsInWords(minutes, shares)}
        shares={shares}
        {...span}
      />
      <h3>Concurrent calls, last hour</h3>
      <CallsChart
        id={`${name}-calls`}
        title={`Concurrent calls in ${name}, last hour, against the limit`}
        description={callsInWords(minutes, counters.callLimit)}
        limit={counters.callLimit}
        {...span}
      />
      <SlotTable
        summary="The last hour as a table"
        label={`Last hour in ${name}`}
        unit="From (UTC)"
        slots={groupSlots(minutes, (startAt) => startAt - (startAt % fiveMinutesMs)).toReversed()}
        shares={shares}
        nameOf={clockTime}
      />
    </>
  )
}

interface LastDaysProps {
  view: UsageView
  hoursPerColumn: number
}

const LastDays = ({ view: { name, counters, hours }, hoursPerColumn }: LastDaysProps) => {
  const shares = sharesOf(hours)
  const span = { slots: hours, size: hoursPerColumn, from: dayOf(hours[0]?.startAt ?? 0), to: 'now (UTC)' }
  return (
    <>
      <h3>Requests per hour, last 30 days</h3>
      <RequestsChart
        id={`${name}-hours`}
        title={`Requests per hour in ${name}, last 30 days`}
        description={requestsInWords(hours, shares)}
        shares={shares}
        {...span}
      />
      <h3>Concurrent calls, last 30 days</h3>
      <CallsChart
        id={`${name}-calls-hours`}
        title={`Concurrent calls in ${name}, by hour, last 30 days, against the limit`}
        description={callsInWords(hours, counters.callLimit)}
        limit={counters.callLimit}
        {...span}
      />
      <SlotTable
        summary="The last 30 days as a table"
        label={`Last 30 days in ${name}`}
        unit="Day (UTC)"
        slots={groupSlots(hours, (startAt) => startAt - (startAt % dayMs)).toReversed()}
        shares={shares}
        nameOf={dayOf}
      />
    </>
  )
}

/** The length of the charts of 30 days in bytes, with so many hours per column. */
export const daysBytes = (views: UsageView[], hoursPerColumn: number) =>
  views
    .flatMap(({ hours, counters }) => [
      ...requestLayers(hours, sharesOf(hours), hoursPerColumn).map(({ path }) => path),
      callsArea(hours, counters.callLimit, hoursPerColumn),
    ])
    .reduce((sum, path) => sum + path.length, 0)

const requestsInWords = (slots: Slot[], shares: Share[]) => {
  const granted = slots.reduce((sum, slot) => sum + slot.granted, 0)
  const refused = shares.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(0, ...slots.map(requestsOf))
  const reasons = shares.map(({ reason, count }) => `${reason}: ${count}`).join('; ')
  const total = `${granted} allowed, ${refused} rejected; at most ${most} at a time.`
  return refused === 0 ? total : `${total} Rejected by reason: ${reasons}.`
}

const callsInWords = (slots: Slot[], limit: number) => {
  const most = Math.max(0, ...slots.map((slot) => slot.peakCalls))
  return `At most ${most} of ${limit}, the dashed line.`
}

const clockTime = (at: number) => new Date(at).toISOString().slice(11, 16)
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)
