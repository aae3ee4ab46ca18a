import { ranges } from '../../../usage/spans.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { environmentTitles } from '../../page/words.tsx'
import { ChartTable } from './chart-table.tsx'
import { Live, refreshSeconds } from './live.tsx'
import { Patterns } from './patterns.tsx'
import { FindRefusal, Refusals } from './refusals.tsx'
import { ReasonTable } from './reason-table.tsx'
import { LargeChart, rangeTitles, SmallCharts } from './usage-chart.tsx'
import { callsHref, chartHref, type Drawn, type UsageView } from './views.ts'
import { spanName } from '../../page/chart/time-axis.ts'

interface UsageProps extends AgencyPageProps {
  environments: UsageView[]
  drawn: Drawn
}

export const usagePath = (agencyId: string) => `/admin/agencies/${agencyId}/usage`

export const UsagePage = ({ person, agency, environments, drawn }: UsageProps) => {
  const { column } = drawn
  const { wanted } = drawn.asked
  const from = `${usagePath(agency.id)}/live${chartHref(drawn.asked)}`
  return (
    <AgencyLayout person={person} agency={agency} title="Usage" section="usage">
      <h1>Usage</h1>
      <ChartCard environments={environments} drawn={drawn} from={from} />
      <div id="refusals">
        <FindRefusal path={usagePath(agency.id)} wanted={wanted} />
        {column && <Column drawn={drawn} column={column} />}
      </div>
      {environments.map((view) => (
        <article key={view.name} class={`environment ${view.name}`} aria-labelledby={`${view.name}-title`}>
          <h2 id={`${view.name}-title`}>{environmentTitles[view.name]}</h2>
          <Live counters={view.counters} from={from} />
          <Patterns patterns={view.patterns} />
          {column && view.name !== drawn.asked.environment ? null : (
            <Refusals name={view.name} refusals={view.refusals} wanted={wanted} />
          )}
          <ReasonTable {...view} />
        </article>
      ))}
      <noscript>
        <a href={usagePath(agency.id)}>Refresh</a>
      </noscript>
    </AgencyLayout>
  )
}

interface LiveChartProps {
  view: UsageView
  drawn: Drawn
  /** The address of this fragment. */
  from: string
}

/** The chart of the last hour changes every minute; the others are drawn anew with their page. */
export const LiveChart = ({ view, drawn, from }: LiveChartProps) =>
  drawn.asked.range === 'hour' ? (
    <div id="live-chart" data-refresh-seconds={refreshSeconds} data-refresh-from={from}>
      <LargeChart view={view} drawn={drawn} />
    </div>
  ) : (
    <LargeChart view={view} drawn={drawn} />
  )

interface ChartCardProps {
  environments: UsageView[]
  drawn: Drawn
  from: string
}

const ChartCard = ({ environments, drawn, from }: ChartCardProps) => {
  const { range, environment, subject } = drawn.asked
  const view = environments.find(({ name }) => name === environment)
  return view ? (
    <article class="chart-card" aria-labelledby="chart-heading">
      <nav class="tabs" aria-label="Range">
        {ranges.map((one) => (
          <a
            key={one}
            href={chartHref({ range: one, environment, subject })}
            aria-current={one === range ? 'page' : undefined}
          >
            {rangeTitles[one].replace(/^./, (first) => first.toUpperCase())}
          </a>
        ))}
      </nav>
      <h2 id="chart-heading">
        {`${environmentTitles[environment]}: ${subject === 'requests' ? 'requests' : 'concurrent calls'}, ${rangeTitles[range]}`}
      </h2>
      <LiveChart view={view} drawn={drawn} from={from} />
      <ChartTable view={view} drawn={drawn} />
      <SmallCharts views={environments} drawn={drawn} />
    </article>
  ) : null
}

interface ColumnProps {
  drawn: Drawn
  column: NonNullable<Drawn['column']>
}

/** Which rejected requests are listed, and the way to the calls of the same time. */
const Column = ({ drawn: { asked, timeZone }, column: { from, to } }: ColumnProps) => (
  <p class="notice">
    {`Rejected requests in ${asked.environment}, ${spanName({ range: asked.range, starts: [from], end: to }, timeZone)(from)}. `}
    <a href={callsHref(asked.environment, { from, to }, timeZone)}>Calls triggered then</a>
    {', '}
    <a href={chartHref(asked)}>all recent rejected requests</a>
  </p>
)
