import type { EnvironmentName } from '../../../keys/keyring.ts'
import type { Pattern } from '../../../telemetry/patterns.ts'
import type { Refused } from '../../../telemetry/refused.ts'
import { groupSlots, type Slot } from '../../../telemetry/series.ts'
import { AgencyLayout, type AgencyPageProps } from './agency.tsx'
import { CallsChart, RequestsChart } from './chart.tsx'
import { Live, type LiveCounters } from './live.tsx'
import { Patterns } from './patterns.tsx'
import { reasonInWords } from './reasons.ts'
import { FindRefusal, Refusals } from './refusals.tsx'
import { environmentTitles } from './words.tsx'

/** How an environment is used. */
export interface UsageView {
  name: EnvironmentName
  counters: LiveCounters
  /** The last hour, and the last 30 days by hour. */
  minutes: Slot[]
  hours: Slot[]
  /** Refused requests by code: of that hour, and of those days. */
  refusedOfHour: Map<string, number>
  refusedOfDays: Map<string, number>
  refusals: Refused[]
  patterns: Pattern[]
}

interface UsageProps extends AgencyPageProps {
  environments: UsageView[]
  /** The X-Request-Id that was looked for. */
  wanted: string | undefined
  now: number
}

export const usagePath = (agencyId: string) => `/admin/agencies/${agencyId}/usage`

export const UsagePage = ({ person, agency, environments, wanted, now }: UsageProps) => (
  <AgencyLayout person={person} agency={agency} title="Usage" section="usage">
    <h1>Usage</h1>
    <FindRefusal path={usagePath(agency.id)} wanted={wanted} />
    {environments.map((view) => (
      <article key={view.name} class={`environment ${view.name}`} aria-labelledby={`${view.name}-title`}>
        <h2 id={`${view.name}-title`}>{environmentTitles[view.name]}</h2>
        <Live counters={view.counters} from={`${usagePath(agency.id)}/live`} />
        <Patterns patterns={view.patterns} now={now} />
        <LastHour view={view} />
        <LastDays view={view} />
        <RefusedByReason view={view} />
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

const LastHour = ({ view: { name, counters, minutes } }: { view: UsageView }) => (
  <>
    <h3>Requests per minute, last hour</h3>
    <Legend />
    <RequestsChart
      id={`${name}-minutes`}
      title={`Requests per minute in ${name}, last hour`}
      description={requestsInWords(minutes)}
      slots={minutes}
      from={clockTime(minutes[0]?.startAt ?? 0)}
      to="now (UTC)"
    />
    <h3>Calls at once, last hour</h3>
    <CallsChart
      id={`${name}-calls`}
      title={`Calls at once in ${name}, last hour, against the limit`}
      description={`At most ${peakOf(minutes)} of ${counters.callLimit}, the dashed line.`}
      slots={minutes}
      limit={counters.callLimit}
      from={clockTime(minutes[0]?.startAt ?? 0)}
      to="now (UTC)"
    />
    <SlotTable
      summary="The last hour as a table"
      label={`Last hour in ${name}`}
      unit="From (UTC)"
      slots={groupSlots(minutes, (startAt) => startAt - (startAt % fiveMinutesMs)).toReversed()}
      nameOf={clockTime}
    />
  </>
)

const LastDays = ({ view: { name, hours } }: { view: UsageView }) => (
  <>
    <h3>Requests per hour, last 30 days</h3>
    <Legend />
    <RequestsChart
      id={`${name}-hours`}
      title={`Requests per hour in ${name}, last 30 days`}
      description={requestsInWords(hours)}
      slots={hours}
      from={dayOf(hours[0]?.startAt ?? 0)}
      to="now (UTC)"
    />
    <SlotTable
      summary="The last 30 days as a table"
      label={`Last 30 days in ${name}`}
      unit="Day (UTC)"
      slots={groupSlots(hours, (startAt) => startAt - (startAt % dayMs)).toReversed()}
      nameOf={dayOf}
    />
  </>
)

const Legend = () => (
  <p class="legend">
    <span class="swatch granted" /> granted <span class="swatch refused" /> refused
  </p>
)

interface SlotTableProps {
  summary: string
  label: string
  unit: string
  slots: Slot[]
  nameOf: (startAt: number) => string
}

const SlotTable = ({ summary, label, unit, slots, nameOf }: SlotTableProps) => (
  <details>
    <summary>{summary}</summary>
    <div class="table" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{unit}</th>
            <th scope="col">Granted</th>
            <th scope="col">Refused</th>
            <th scope="col">Calls at once</th>
          </tr>
        </thead>
        <tbody>
          {slots.map((slot) => (
            <tr key={slot.startAt}>
              <td>{nameOf(slot.startAt)}</td>
              <td>{slot.granted.toLocaleString('en')}</td>
              <td>{slot.refused.toLocaleString('en')}</td>
              <td>{slot.peakCalls.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
)

const RefusedByReason = ({ view: { name, refusedOfHour, refusedOfDays } }: { view: UsageView }) =>
  refusedOfDays.size === 0 ? null : (
    <>
      <h3>Refused by reason</h3>
      <div class="table" role="region" aria-label={`Refused by reason in ${name}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col">Last hour</th>
              <th scope="col">Last 30 days</th>
            </tr>
          </thead>
          <tbody>
            {[...refusedOfDays].map(([code, count]) => (
              <tr key={code}>
                <td>{reasonInWords(code)}</td>
                <td>{(refusedOfHour.get(code) ?? 0).toLocaleString('en')}</td>
                <td>{count.toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )

const requestsInWords = (slots: Slot[]) => {
  const [all] = groupSlots(slots, () => 0)
  const most = Math.max(0, ...slots.map(({ granted, refused }) => granted + refused))
  return `${all?.granted ?? 0} granted, ${all?.refused ?? 0} refused; at most ${most} at a time.`
}

const peakOf = (slots: Slot[]) => Math.max(0, ...slots.map((slot) => slot.peakCalls))
const clockTime = (at: number) => new Date(at).toISOString().slice(11, 16)
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)
