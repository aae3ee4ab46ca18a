import { steppedLine } from './stepped.ts'

interface SparklineProps {
  /** The content in a sentence. */
  label: string
  amounts: number[]
  limit?: number | undefined
}

const height = 24

/** A small picture of a series: its line over its area, and a line for its limit. */
export const Sparkline = ({ label, amounts, limit }: SparklineProps) => {
  const top = Math.max(1, limit ?? 0, ...amounts)
  const y = (amount: number) => height - Math.round((amount / top) * height)
  const line = steppedLine(amounts.map(y))
  return (
    <svg
      class="sparkline"
      role="img"
      aria-label={label}
      viewBox={`0 -1 ${amounts.length} ${height + 2}`}
      preserveAspectRatio="none"
    >
      <path class="area" d={`${line}V${height}H0z`} />
      <path class="line" vector-effect="non-scaling-stroke" d={line} />
      {limit !== undefined && (
        <path class="limit" vector-effect="non-scaling-stroke" d={`M0 ${y(limit)}H${amounts.length}`} />
      )}
    </svg>
  )
}
