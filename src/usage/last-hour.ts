import { type Figure, peakCalls, type Span } from './usage-counters.ts'
import { inTurn, type Work } from '../work.ts'

export interface HourOfUsage {
  usage: { figures(environmentId: string, span: Span, from: number): Work<Figure[]> }
}

const hourMs = 3_600_000

/** How many requests some environments had in the last hour, for people who are about to end something for them. */
export const lastHourInWords = function* (
  { usage }: HourOfUsage,
  environments: readonly { id: string }[],
  now: number,
): Work<string> {
  const figures = (yield* inTurn(environments, ({ id }) => usage.figures(id, 'minute', now - hourMs))).flat()
  const requests = figures.reduce((sum, { outcome, count }) => sum + (outcome === peakCalls ? 0 : count), 0)
  if (requests === 0) return 'No requests came in the last hour.'
  return requests === 1
    ? '1 request came in the last hour.'
    : `${requests.toLocaleString('en')} requests came in the last hour.`
}
