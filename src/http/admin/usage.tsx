import { Elysia } from 'elysia'
import type { Services } from '../../services.ts'
import type { EnvironmentRow } from '../../storage/environments.ts'
import { patternsOf } from '../../telemetry/patterns.ts'
import { firstOf, refusalsByCode, seriesOf } from '../../telemetry/series.ts'
import { agencyParams, findAgency } from './agencies.tsx'
import { signedIn } from './guard.ts'
import { keyUse } from './key-use.ts'
import { renderPage } from './pages/layout.tsx'
import { Live, type LiveCounters } from './pages/live.tsx'
import { UsagePage, usagePath, type UsageView } from './pages/usage.tsx'

const minutesShown = 60
const hoursShown = 30 * 24
/** Of each environment: more would make the page slow on a phone. */
const refusalsShown = 10
const requestIdMost = 36

/** How an agency's environments are used, and what of their limits is taken this moment. */
export const usagePages = (services: Services) => {
  const { clock, config, environments, rateLimits, usage } = services

  const counters = (environment: EnvironmentRow): LiveCounters => ({
    ...rateLimits.counters(environment),
    name: environment.name,
    windowSeconds: config.windowSeconds,
  })

  const view = (environment: EnvironmentRow, wanted: string | undefined): UsageView => {
    const { id, name } = environment
    const now = clock.now()
    const ofHour = usage.figures(id, 'minute', firstOf('minute', minutesShown, now))
    const ofDays = usage.figures(id, 'hour', firstOf('hour', hoursShown, now))
    const minutes = seriesOf(ofHour, 'minute', minutesShown, now)
    const hours = seriesOf(ofDays, 'hour', hoursShown, now)
    const refusedOfHour = refusalsByCode(ofHour)
    const rotatedKeyRefusals = refusedOfHour.get('rotated_key') ?? 0
    const { live, uses } = keyUse(services, id)
    return {
      name,
      counters: counters(environment),
      minutes,
      hours,
      refusedOfHour,
      refusedOfDays: refusalsByCode(ofDays),
      refusals: usage
        .refusals(id)
        .filter(({ requestId }) => wanted === undefined || requestId === wanted)
        .slice(0, refusalsShown),
      patterns: patternsOf({ now, liveKey: live, uses, minutes, hours, rotatedKeyRefusals }),
    }
  }

  return new Elysia({ name: 'usage-pages' })
    .use(signedIn(services))
    .get(
      '/agencies/:agency/usage',
      ({ person, params, request }) => {
        const agency = findAgency(services, params.agency)
        // As it was typed: Elysia would make an object or a list of some texts.
        const asked = new URL(request.url).searchParams.get('request') ?? ''
        const wanted = asked.trim().slice(0, requestIdMost) || undefined
        const views = environments.list(agency.id).map((environment) => view(environment, wanted))
        return renderPage(
          <UsagePage
            person={person}
            agency={agency}
            environments={views}
            wanted={wanted}
            now={clock.now()}
          />,
        )
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/usage/live',
      ({ params }) => {
        const agency = findAgency(services, params.agency)
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
