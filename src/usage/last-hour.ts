import { type Figure, peakCalls, type Span } from './usage-counters.ts'

export interface HourOfUsage {
  usage: { figures(environmentId: string, span: Span, from: number): Figure[] }
}

const hourMs = 3_600_000

/** How many requests some environments had in the last hour, for people who are about to end something for them. */
export const lastHourInWords = (
  { usage }: HourOfUsage,
  environments: readonly { id: string }[],
  now: number,
): string => {
  const figures = environments.flatMap(({ id }) => usage.figures(id, 'minute', now - hourMs))
  const requests = figures.reduce((sum, { outcome, count }) => sum + (outcome === peakCalls ? 0 : count), 0)
  if (requests === 0) return 'No requests came in the last hour.'
  return requests === 1
    ? '1 request came in the last hour.'
    : `${requests.toLocaleString('en')} requests came in the last hour.`
}
