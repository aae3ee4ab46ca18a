import { Elysia } from 'elysia'
import type { Config } from '../../../config.ts'
import type { Environment } from '../../../agencies/environment.ts'
import { patternsOf } from '../../../usage/patterns.ts'
import { firstOf, groupSlots, refusalsByCode, seriesOf, type Slot } from '../../../usage/series.ts'
import { spansBefore, type Spans, spansOf, startIn } from '../../../usage/spans.ts'
import type { Refused } from '../../../usage/recent-refusals.ts'
import type { Figure, Span } from '../../../usage/usage-counters.ts'
import { agencyParams, type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import type { RateLimits } from '../../rate-limits.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { keyUse, type KeyUseDeps } from '../integrations/key-use.ts'
import { renderPage } from '../../page/layout.tsx'
import { Live, type LiveCounters } from './live.tsx'
import { readAsked } from './read-asked.ts'
import { LiveChart, UsagePage, usagePath } from './usage.tsx'
import { type Asked, chartHref, type Drawn, type UsageView } from './views.ts'
import { run, type Work } from '../../../work.ts'

/** The last two hours, so that the last one can be compared with the one before. */
const minutesRead = 120
const minutesShown = 60
const hoursShown = 30 * 24
/** The most rejections shown per environment: more would make the page slow on a phone. */
const refusalsShown = 10

export interface UsagePagesDeps extends GuardDeps, FindAgency, KeyUseDeps {
  environments: { list(agencyId: string): Work<Environment[]> }
  rateLimits: Pick<RateLimits, 'counters'>
  usage: KeyUseDeps['usage'] & {
    figures(environmentId: string, span: Span, from: number): Work<Figure[]>
    /** Newest first. */
    refusals(environmentId: string): Work<Refused[]>
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

  const drawnFor = (url: string, timeZone: string): Drawn => {
    const asked = readAsked(url)
    const spans = (at: number) => spansOf(asked.range, timeZone, at)
    const chosen = asked.at === undefined ? undefined : spans(asked.at)
    return {
      asked,
      timeZone,
      spans: spans(clock.now()),
      column: chosen && { from: chosen.starts.at(-1) ?? 0, to: chosen.end },
    }
  }

  const view = async (
    environment: Environment,
    { asked, column, spans, timeZone }: Drawn,
  ): Promise<UsageView> => {
    const { id, name } = environment
    const now = clock.now()
    const before = spansBefore(spans, timeZone)
    const series = async (span: Span, count: number) =>
      seriesOf(await run(usage.figures(id, span, firstOf(span, count, now))), span, count, now)
    const twoHours = await series('minute', minutesRead)
    const minutes = twoHours.slice(-minutesShown)
    const hoursRead = Math.max(hoursShown, Math.ceil((now - (before.starts[0] ?? now)) / hourMs) + 1)
    const allHours = await series('hour', hoursRead)
    const hours = allHours.slice(-hoursShown)
    const fine = asked.range === 'hour' ? twoHours : allHours
    const rotatedKeyRefusals = refusalsByCode(minutes).get('rotated_key') ?? 0
    const { live, uses } = await keyUse(deps, id)
    return {
      name,
      counters: counters(environment),
      slots: columnsOf(fine, spans),
      before: columnsOf(fine, before),
      minutes,
      hours,
      refusals: (await run(usage.refusals(id))).filter(isListed(asked, column)).slice(0, refusalsShown),
      patterns: patternsOf({ now, liveKey: live, uses, minutes, hours, rotatedKeyRefusals }),
    }
  }

  return new Elysia({ name: 'usage-pages' })
    .use(signedIn(deps))
    .get(
      '/agencies/:agency/usage',
      async ({ person, params, request }) => {
        const agency = await findAgency(deps, params.agency)
        const drawn = drawnFor(request.url, person.timeZone ?? 'UTC')
        const views = await Promise.all(
          (await run(environments.list(agency.id))).map(
            async (environment) => await view(environment, drawn),
          ),
        )
        return renderPage(<UsagePage person={person} agency={agency} environments={views} drawn={drawn} />)
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/usage/live',
      async ({ person, params, request }) => {
        const agency = await findAgency(deps, params.agency)
        const drawn = drawnFor(request.url, person.timeZone ?? 'UTC')
        const from = `${usagePath(agency.id)}/live${chartHref(drawn.asked)}`
        const own = await run(environments.list(agency.id))
        const shown = own.find(({ name }) => name === drawn.asked.environment)
        return renderPage(
          <>
            {own.map((environment) => (
              <Live key={environment.id} counters={counters(environment)} from={from} />
            ))}
            {shown && <LiveChart view={await view(shown, drawn)} drawn={drawn} from={from} />}
          </>,
        )
      },
      { params: agencyParams },
    )
}

const hourMs = 3_600_000

/** The columns of a chart, from slots that are as long or shorter. */
const columnsOf = (slots: Slot[], spans: Spans): Slot[] => {
  const empty = spans.starts.map((startAt) => ({ startAt, granted: 0, refused: new Map(), peakCalls: 0 }))
  const within = slots.filter(({ startAt }) => startIn(spans, startAt) !== undefined)
  return groupSlots([...empty, ...within], (at) => startIn(spans, at) ?? at)
}

const isListed =
  ({ wanted }: Asked, column: Drawn['column']) =>
  ({ at, requestId }: Refused) =>
    (wanted === undefined || requestId === wanted) &&
    (column === undefined || (at >= column.from && at < column.to))
