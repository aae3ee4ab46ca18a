import { z } from 'zod'
import type { OwnLimits } from '../../limits/limits.ts'
import { type EnvironmentName, environmentNames } from '../../agencies/environment.ts'
import { environmentNameSchema, iso, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { firstOf, groupSlots, refusalsByCode, seriesOf, type Slot } from '../series.ts'
import type { Figure, Span } from '../usage-counters.ts'
import { inTurn, type Work } from '../../work.ts'

interface UsedEnvironment extends OwnLimits {
  id: string
  name: EnvironmentName
}

interface ShowDeps {
  environments: { list(agencyId: string): Work<UsedEnvironment[]> }
  rateLimits: {
    /** The current use of an environment, and its limits. */
    counters(
      environment: UsedEnvironment,
    ): Record<'requests' | 'requestLimit' | 'calls' | 'callLimit', number>
  }
  usage: { figures(environmentId: string, span: Span, from: number): Work<Figure[]> }
  config: { windowSeconds: number }
}

const minutesShown = 60
const daysShown = 30
const hourMs = 3_600_000
const dayMs = 24 * hourMs

const codes = z.record(z.string(), z.int())

const slot = z.object({
  start_at: time,
  granted: z.int(),
  refused: codes.meta({ description: 'Rejected requests, by code' }),
  peak_calls: z.int().meta({ description: 'The most concurrent calls' }),
})

const environmentUsage = z.object({
  environment: z.enum(environmentNames),
  requests: z.int().meta({ description: 'Granted in the window that ends now' }),
  requests_limit: z.int(),
  window_seconds: z.int(),
  calls: z.int().meta({ description: 'Calls in progress' }),
  calls_limit: z.int(),
  minutes: z.array(slot).meta({ description: `The last ${minutesShown} minutes, the one under way last` }),
  days: z.array(slot).meta({ description: `The last ${daysShown} days (UTC), the one under way last` }),
  refusals: codes.meta({ description: 'Of those days together, the most frequent first' }),
})

export const showUsage = operation({
  name: 'usage.show',
  summary: 'Shows how much of the limits is used now, and the requests of the last hour and 30 days.',
  scope: 'agency',
  may: 'admin',
  input: { environment: environmentNameSchema.optional().meta({ description: 'This environment only' }) },
  output: z.array(environmentUsage),
  columns: ['environment', 'requests', 'requests_limit', 'calls', 'calls_limit'],
  *run({ environments, rateLimits, usage, config }: ShowDeps, { agency, input, now }) {
    return yield* inTurn(
      (yield* environments.list(agency.id)).filter(isAskedFor(input)),
      function* (environment) {
        const series = function* (span: Span, count: number) {
          return seriesOf(
            yield* usage.figures(environment.id, span, firstOf(span, count, now)),
            span,
            count,
            now,
          )
        }
        const days = groupSlots(yield* series('hour', hoursOfDays(now)), startOfDay)
        const counters = rateLimits.counters(environment)
        return {
          environment: environment.name,
          requests: counters.requests,
          requests_limit: counters.requestLimit,
          window_seconds: config.windowSeconds,
          calls: counters.calls,
          calls_limit: counters.callLimit,
          minutes: (yield* series('minute', minutesShown)).map(presentSlot),
          days: days.map(presentSlot),
          refusals: Object.fromEntries(refusalsByCode(days)),
        }
      },
    )
  },
})

/** One of an agency's environments, or both. */
export const isAskedFor =
  ({ environment }: { environment?: EnvironmentName | undefined }) =>
  ({ name }: { name: EnvironmentName }) =>
    environment === undefined || name === environment

const startOfDay = (at: number) => at - (at % dayMs)

/** The hours from the start of the first day shown until now. */
const hoursOfDays = (now: number) => (daysShown - 1) * 24 + Math.floor((now - startOfDay(now)) / hourMs) + 1

const presentSlot = ({ startAt, granted, refused, peakCalls }: Slot) => ({
  start_at: iso(startAt),
  granted,
  refused: Object.fromEntries(refused),
  peak_calls: peakCalls,
})
