import { Hatches, type Mark } from './hatches.tsx'
import { steppedLine } from './stepped.ts'
import { roundTicks } from './ticks.ts'

/** A column of a chart. */
export interface Bar {
  startAt: number
  /** What is read out: the time and all amounts. */
  says: string
  /** What is behind it. */
  href: string
  /** Its parts from the bottom up. */
  parts: { mark: Mark; amount: number }[]
  /** The amount of the same column in the time before; undefined where nothing is known of it. */
  before?: number | undefined
}

interface ChartProps {
  id: string
  title: string
  /** The content in a sentence. */
  description: string
  bars: Bar[]
  /** The labels of the time axis, by the number of their bar. */
  times: ReadonlyMap<number, string>
  limit?: number | undefined
}

/** The height of the plot, and of the labels below it. */
const height = 168
const labelHeight = 22
const topMargin = 10
const scaleWidth = 48

const amountOf = ({ parts }: Bar) => parts.reduce((sum, { amount }) => sum + amount, 0)

/**
 * A chart of bars, of which each is a link. The svg has no view box: its units are pixels, and its columns percentages, so
 * that neither text nor hatches are stretched. Of the links only the last is a stop of the Tab key; the script lets the
 * arrow keys go on from there, and without it the table of the chart has the same links.
 */
export const Chart = ({ id, title, description, bars, times, limit }: ChartProps) => {
  const ticks = roundTicks(
    Math.max(0, limit ?? 0, ...bars.map(amountOf), ...bars.map(({ before = 0 }) => before)),
  )
  const top = ticks.at(-1) ?? 1
  const y = (amount: number) => topMargin + height - levelOf(amount, top)
  return (
    <figure class="chart" id={id}>
      <Hatches />
      <svg class="scale" aria-hidden="true" width={scaleWidth} height={topMargin + height + labelHeight}>
        {ticks.map((tick) => (
          <text key={tick} x={scaleWidth - 8} y={y(tick) + 4} text-anchor="end">
            {tick.toLocaleString('en')}
          </text>
        ))}
      </svg>
      <svg
        class="plot"
        role="group"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-says`}
        width="100%"
        height={topMargin + height + labelHeight}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-says`}>{description}</desc>
        {ticks.map((tick) => (
          <line key={tick} class="grid" x1="0" x2="100%" y1={y(tick)} y2={y(tick)} />
        ))}
        <svg y={topMargin} height={height} width="100%">
          {bars.map((bar, at) => (
            <Column key={bar.startAt} bar={bar} at={at} of={bars.length} top={top} />
          ))}
        </svg>
        <Before bars={bars} top={top} />
        {limit !== undefined && <line class="limit" x1="0" x2="100%" y1={y(limit)} y2={y(limit)} />}
        {[...times].map(([at, label]) => (
          <text
            key={at}
            x={percent(at / bars.length)}
            y={topMargin + height + 16}
            text-anchor={at / bars.length > 0.93 ? 'middle' : 'start'}
          >
            {label}
          </text>
        ))}
      </svg>
      <output class="read-out" aria-live="polite" />
    </figure>
  )
}

interface ColumnProps {
  bar: Bar
  at: number
  of: number
  top: number
}

const Column = ({ bar, at, of, top }: ColumnProps) => {
  let sum = 0
  let level = 0
  return (
    <a href={bar.href} tabIndex={at === of - 1 ? 0 : -1}>
      <title>{bar.says}</title>
      <svg x={percent(at / of)} width={percent(1 / of)}>
        <rect class="whole" />
        {bar.parts.map(({ mark, amount }) => {
          if (amount <= 0) return null
          sum += amount
          const below = level
          // At least one pixel, so that one request in thousands shows.
          level = Math.max(below + 1, levelOf(sum, top))
          const fill = mark === 'plain' ? undefined : `url(#${mark})`
          return <rect key={mark} fill={fill} y={height - level} height={level - below} />
        })}
      </svg>
    </a>
  )
}

const Before = ({ bars, top }: { bars: Bar[]; top: number }) => {
  const levels = bars.map(({ before }) => (before === undefined ? undefined : height - levelOf(before, top)))
  if (!levels.some((level) => level !== undefined)) return null
  return (
    <svg
      y={topMargin}
      width="100%"
      height={height}
      viewBox={`0 0 ${bars.length} ${height}`}
      preserveAspectRatio="none"
    >
      <path class="before" vector-effect="non-scaling-stroke" d={steppedLine(levels)} />
    </svg>
  )
}

const levelOf = (amount: number, top: number) => Math.round((amount / top) * height)

const percent = (share: number) => `${Number((share * 100).toFixed(2))}%`
