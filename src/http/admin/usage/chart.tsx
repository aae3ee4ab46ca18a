import type { Slot } from '../../../usage/series.ts'
import { callsArea, height, requestLayers, topOf, width } from './area.ts'
import type { Hatch, Share } from './shares.ts'

interface ChartProps {
  id: string
  title: string
  /** The content in a sentence, for people who do not see the chart. */
  description: string
  slots: Slot[]
  /** The number of slots per column, which shows the busiest of them. */
  size?: number
  from: string
  to: string
}

interface RequestsChartProps extends ChartProps {
  shares: Share[]
}

/** Granted requests as a filled area, rejected ones above it, hatched by reason. */
export const RequestsChart = ({ shares, ...chart }: RequestsChartProps) => (
  <>
    <Legend granted={chart.slots.reduce((sum, slot) => sum + slot.granted, 0)} shares={shares} />
    <Chart {...chart} top={topOf(chart.slots)}>
      {requestLayers(chart.slots, shares, chart.size).map(({ mark, path }) =>
        mark === 'granted' ? (
          <path key={mark} class={mark} d={path} />
        ) : (
          <path key={mark} fill={`url(#${mark})`} d={path} />
        ),
      )}
    </Chart>
  </>
)

interface CallsChartProps extends ChartProps {
  limit: number
}

/** The peak of concurrent calls per slot, below a dashed line for the limit. */
export const CallsChart = ({ limit, ...chart }: CallsChartProps) => {
  const top = Math.max(limit, ...chart.slots.map(({ peakCalls }) => peakCalls))
  const y = height - Math.round((limit / top) * height)
  return (
    <Chart {...chart} top={top}>
      <path class="calls" d={callsArea(chart.slots, top, chart.size)} />
      <path class="limit" vector-effect="non-scaling-stroke" d={`M0 ${y}h${width}`} />
    </Chart>
  )
}

/** The hatch patterns of all charts, once per page. */
export const Hatches = () => (
  <svg class="hatches" aria-hidden="true">
    <Pattern name="stripes" path="M0 1h8M0 5h8" />
    <Pattern name="diagonals" path="M-2 2l4-4M0 8l8-8M6 10l4-4" />
    <Pattern name="dots" path="M1 2h3M5 6h3" />
    <Pattern name="bars" path="M2 0v8M6 0v8" />
  </svg>
)

const Pattern = ({ name, path }: { name: Hatch; path: string }) => (
  <pattern id={name} class={name} width="8" height="8" patternUnits="userSpaceOnUse">
    <path class="ground" d="M0 0h8v8H0z" />
    <path class="ink" d={path} />
  </pattern>
)

const Legend = ({ granted, shares }: { granted: number; shares: Share[] }) => (
  <ul class="legend">
    <li>
      <span class="swatch granted" /> allowed <strong>{granted.toLocaleString('en')}</strong>
    </li>
    {shares.length === 0 && <li>none rejected</li>}
    {shares.map(({ hatch, reason, count }) => (
      <li key={hatch}>
        <span class={`swatch ${hatch}`} /> rejected: {reason} <strong>{count.toLocaleString('en')}</strong>
      </li>
    ))}
  </ul>
)

interface FrameProps extends ChartProps {
  top: number
  children: unknown
}

/** Room above the highest column for layers that are too rare to scale. */
const margin = 4

/** The labels are outside the chart, which is stretched. */
const Chart = ({ id, title, description, from, to, top, size = 1, children }: FrameProps) => {
  const columns = size > 1 && `Each column is the busiest of ${size} hours.`
  return (
    <div class="chart">
      <span class="scale" aria-hidden="true">
        {top.toLocaleString('en')}
      </span>
      <svg
        role="img"
        aria-labelledby={`${id}-title ${id}-desc`}
        viewBox={`0 ${-margin} ${width} ${height + margin}`}
        preserveAspectRatio="none"
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-desc`}>{columns ? `${description} ${columns}` : description}</desc>
        {children}
      </svg>
      <span class="span row" aria-hidden="true">
        <span>{from}</span>
        {columns && <span>{columns}</span>}
        <span>{to}</span>
      </span>
    </div>
  )
}
