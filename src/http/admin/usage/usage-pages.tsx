import { Elysia } from 'elysia'
import type { Config } from '../../../config.ts'
import type { Environment } from '../../../agencies/environment.ts'
import { patternsOf } from '../../../usage/patterns.ts'
import { firstOf, refusalsByCode, seriesOf } from '../../../usage/series.ts'
import type { Refused } from '../../../usage/recent-refusals.ts'
import type { Figure, Span } from '../../../usage/usage-counters.ts'
import { agencyParams, type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import type { RateLimits } from '../../rate-limits.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { keyUse, type KeyUseDeps } from '../integrations/key-use.ts'
import { renderPage } from '../../page/layout.tsx'
import { Live, type LiveCounters } from './live.tsx'
import { daysBytes, UsagePage, usagePath, type UsageView } from './usage.tsx'

const minutesShown = 60
const hoursShown = 30 * 24
/** The most rejections shown per environment: more would make the page slow on a phone. */
const refusalsShown = 10
const requestIdMost = 36
/** The budget of the charts: with the 3 KB around them, the page stays below 40 KB. */
const environmentsMostBytes = 36 * 1024

export interface UsagePagesDeps extends GuardDeps, FindAgency, KeyUseDeps {
  environments: { list(agencyId: string): Environment[] }
  rateLimits: Pick<RateLimits, 'counters'>
  usage: KeyUseDeps['usage'] & {
    figures(environmentId: string, span: Span, from: number): Figure[]
    /** Newest first. */
    refusals(environmentId: string): Refused[]
  }
  config: GuardDeps['config'] & Pick<Config, 'windowSeconds'>
}

/** The page of an agency's usage, and its live numbers. */
export const usagePages = (deps: UsagePagesDeps) => {
  const { clock, config, environments, rateLimits, usage } = deps

  const counters = (environment: Environment): LiveCounters => ({
    ...rateLimits.counters(environment),
    name: environment.name,
    windowSeconds: config.windowSeconds,
  })

  const view = (environment: Environment, wanted: string | undefined): UsageView => {
    const { id, name } = environment
    const now = clock.now()
    const series = (span: Span, count: number) =>
      seriesOf(usage.figures(id, span, firstOf(span, count, now)), span, count, now)
    const minutes = series('minute', minutesShown)
    const hours = series('hour', hoursShown)
    const rotatedKeyRefusals = refusalsByCode(minutes).get('rotated_key') ?? 0
    const { live, uses } = keyUse(deps, id)
    return {
      name,
      counters: counters(environment),
      minutes,
      hours,
      refusals: usage
        .refusals(id)
        .filter(({ requestId }) => wanted === undefined || requestId === wanted)
        .slice(0, refusalsShown),
      patterns: patternsOf({ now, liveKey: live, uses, minutes, hours, rotatedKeyRefusals }),
    }
  }

  return new Elysia({ name: 'usage-pages' })
    .use(signedIn(deps))
    .get(
      '/agencies/:agency/usage',
      ({ person, params, request }) => {
        const agency = findAgency(deps, params.agency)
        // Read from the URL: Elysia would parse some texts as objects or lists.
        const asked = new URL(request.url).searchParams.get('request') ?? ''
        const wanted = asked.trim().slice(0, requestIdMost) || undefined
        const views = environments.list(agency.id).map((environment) => view(environment, wanted))
        const frame = { person, agency, wanted, now: clock.now() }
        const page = (shown: UsageView[], hoursPerColumn: number) =>
          renderPage(<UsagePage {...frame} environments={shown} hoursPerColumn={hoursPerColumn} />)
        return renderSmall(views, page)
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/usage/live',
      ({ params }) => {
        const agency = findAgency(deps, params.agency)
        const levels = environments
          .list(agency.id)
          .map((environment) => (
            <Live
              key={environment.id}
              counters={counters(environment)}
              from={`${usagePath(agency.id)}/live`}
            />
          ))
        return renderPage(<>{levels}</>)
      },
      { params: agencyParams },
    )
}

/**
 * The number of hours per column: more where both environments change every hour, so that the charts fit the budget.
 */
const renderSmall = (views: UsageView[], page: (shown: UsageView[], hoursPerColumn: number) => string) => {
  const fine = page(views, 1)
  const excess = Buffer.byteLength(fine) - Buffer.byteLength(page([], 1)) - environmentsMostBytes
  if (excess <= 0) return fine
  const most = daysBytes(views, 1) - excess
  return page(views, [2, 4, 8, 12].find((hours) => daysBytes(views, hours) <= most) ?? 24)
}
