/** The marks of what stands on the first part of a bar, which differ without colour too. */
const hatches = ['stripes', 'diagonals', 'dots', 'bars'] as const
export type Hatch = (typeof hatches)[number]
export type Mark = Hatch | 'plain'

const inks: Record<Hatch, string> = {
  stripes: 'M0 1h8M0 5h8',
  diagonals: 'M-2 2l4-4M0 8l8-8M6 10l4-4',
  dots: 'M1 2h3M5 6h3',
  bars: 'M2 0v8M6 0v8',
}

/** The patterns of all charts, once per page. */
export const Hatches = () => (
  <svg class="hatches" aria-hidden="true">
    {hatches.map((name) => (
      <pattern key={name} id={name} class={name} width="8" height="8" patternUnits="userSpaceOnUse">
        <path class="ground" d="M0 0h8v8H0z" />
        <path class="ink" d={inks[name]} />
      </pattern>
    ))}
  </svg>
)

interface LegendProps {
  parts: { mark: Mark; label: string; count: number }[]
  /** Whether the chart has a line for the time before. */
  hasBefore: boolean
}

export const Legend = ({ parts, hasBefore }: LegendProps) => (
  <ul class="legend">
    {parts.map(({ mark, label, count }) => (
      <li key={mark}>
        <span class={`swatch ${mark}`} /> {label} <strong>{count.toLocaleString('en')}</strong>
      </li>
    ))}
    {hasBefore && (
      <li>
        <span class="swatch before" /> the time before
      </li>
    )}
  </ul>
)
