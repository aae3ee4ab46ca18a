import type { Slot } from '../../../telemetry/series.ts'

/** A picture is this many units high, and one unit for each span wide. */
const height = 100

interface ChartProps {
  id: string
  title: string
  /** What the picture shows, in a sentence, for those who do not see it. */
  description: string
  from: string
  to: string
}

interface RequestsChartProps extends ChartProps {
  slots: Slot[]
}

/** Granted requests as a filled area, refused ones on top of them, striped across, so that stretching leaves it alone. */
export const RequestsChart = ({ slots, ...chart }: RequestsChartProps) => {
  const totals = slots.map(({ granted, refused }) => granted + refused)
  const top = Math.max(1, ...totals)
  const hatch = `${chart.id}-hatch`
  return (
    <Chart {...chart} top={top} width={slots.length}>
      <defs>
        <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse">
          <path class="hatch-ground" d="M0 0h4v4H0z" />
          <path class="hatch" d="M0 0h4v2H0z" />
        </pattern>
      </defs>
      <path fill={`url(#${hatch})`} d={area(totals, top)} />
      <path
        class="granted"
        d={area(
          slots.map(({ granted }) => granted),
          top,
        )}
      />
    </Chart>
  )
}

interface CallsChartProps extends ChartProps {
  slots: Slot[]
  limit: number
}

/** The most calls at once in each span, below a dashed line for the limit. */
export const CallsChart = ({ slots, limit, ...chart }: CallsChartProps) => {
  const peaks = slots.map((slot) => slot.peakCalls)
  const top = Math.max(limit, ...peaks)
  const y = height - Math.round((limit / top) * height)
  return (
    <Chart {...chart} top={top} width={slots.length}>
      <path class="calls" d={area(peaks, top)} />
      <path class="limit" vector-effect="non-scaling-stroke" d={`M0 ${y}h${slots.length}`} />
    </Chart>
  )
}

interface FrameProps extends ChartProps {
  top: number
  width: number
  children: unknown
}

/** Numbers stand beside the picture and not in it: it is stretched to the width that there is. */
const Chart = ({ id, title, description, from, to, top, width, children }: FrameProps) => (
  <div class="chart">
    <span class="scale" aria-hidden="true">
      {top.toLocaleString('en')}
    </span>
    <svg
      role="img"
      aria-labelledby={`${id}-title ${id}-desc`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{description}</desc>
      {children}
    </svg>
    <span class="span row" aria-hidden="true">
      <span>{from}</span>
      <span>{to}</span>
    </span>
  </div>
)

/** A stepped area. Equal neighbours are drawn in one stroke, so that a quiet month costs a few bytes. */
const area = (values: number[], top: number) => {
  let path = `M0 ${height}`
  let at = 0
  while (at < values.length) {
    const y = level(values[at] ?? 0, top)
    let end = at + 1
    while (end < values.length && level(values[end] ?? 0, top) === y) end++
    path += `V${y}h${end - at}`
    at = end
  }
  return `${path}V${height}z`
}

/** One request among thousands is seen too: what is there is at least one unit high. */
const level = (value: number, top: number) =>
  height - (value === 0 ? 0 : Math.max(1, Math.round((value / top) * height)))
