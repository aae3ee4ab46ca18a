import { checklistOf, type Progress } from '../../../agencies/checklist.ts'
import type { Agent } from '../../../agencies/agent.ts'
import type { Environment } from '../../../agencies/environment.ts'
import type { ReadAlarms, Viewer } from '../../../alarms/read-alarms.ts'
import type { Call } from '../../../calls/call.ts'
import type { Clock } from '../../../clock.ts'
import type { Config } from '../../../config.ts'
import type { ApiKey } from '../../../keys/key.ts'
import { dailyPeaks, providersOf, summaryDays, summaryOf } from '../../../usage/summary.ts'
import type { Usage } from '../../../usage/usage.ts'
import type { RateLimits } from '../../rate-limits.ts'
import type { EnvironmentFacts } from './environment-cards.tsx'
import { datesOf, spendingOf } from './spending.ts'
import { inTurn, run, type Work } from '../../../work.ts'

export interface OverviewDeps {
  alarms: ReadAlarms
  agents: { list(agencyId: string): Work<Pick<Agent, 'id'>[]> }
  accounts: { list(agencyId: string): Work<unknown[]> }
  calls: { page(query: { environmentId: string; limit: number }): Work<{ calls: Call[] }> }
  environments: { list(agencyId: string): Work<Environment[]> }
  keys: { live(environmentId: string): Work<ApiKey | undefined> }
  leases: { active(): Iterable<[environmentId: string, calls: number]> }
  rateLimits: Pick<RateLimits, 'counters'>
  spending: {
    costByDay(first: string, agencyId?: string): Work<{ day: string; currency: string; cents: number }[]>
  }
  usage: Pick<Usage, 'figures' | 'totals' | 'busiest'>
  webhooks: { find(environmentId: string): Work<unknown> }
  config: Pick<Config, 'windowSeconds'>
  clock: Pick<Clock, 'now'>
}

const busiestShown = 8

/** What the first pages say: of all agencies, and of one. */
export const createReadOverview = (deps: OverviewDeps) => {
  const { alarms, clock, spending, usage } = deps

  const costs = async (timeZone: string, now: number, agencyId?: string) => {
    const dates = datesOf(timeZone, now)
    return spendingOf(await run(spending.costByDay(dates[0] ?? '', agencyId)), dates)
  }

  const factsOf = async (environment: Environment, peaks: number[]): Promise<EnvironmentFacts> => {
    const counters = deps.rateLimits.counters(environment)
    return {
      ...environment,
      counters,
      peaks: [...peaks.slice(0, -1), Math.max(peaks.at(-1) ?? 0, counters.calls)],
      liveKey: await run(deps.keys.live(environment.id)),
      windowSeconds: deps.config.windowSeconds,
      lastCall: (await run(deps.calls.page({ environmentId: environment.id, limit: 1 }))).calls[0],
    }
  }

  const checklist = async (
    agencyId: string,
    own: Environment[],
    facts: EnvironmentFacts[],
  ): Promise<Progress[]> =>
    checklistOf({
      agent: (await run(deps.agents.list(agencyId))).length > 0,
      provider: (await run(deps.accounts.list(agencyId))).length > 0,
      key: facts.some(({ liveKey }) => liveKey !== undefined),
      call: facts.some(({ lastCall }) => lastCall !== undefined),
      webhook: (await run(inTurn(own, ({ id }) => deps.webhooks.find(id)))).some(Boolean),
    })

  return {
    ofGate: async (person: Viewer, timeZone: string) => {
      const now = clock.now()
      const { starts } = summaryDays(timeZone, now)
      const totals = await run(usage.totals(starts[0] ?? now))
      const today = starts.at(-1) ?? now
      return {
        alarms: await run(alarms.of(person)),
        summary: summaryOf(totals, timeZone, now),
        spending: await costs(timeZone, now),
        providers: providersOf(totals, today),
        busiest: await run(usage.busiest(today, busiestShown)),
        callsInProgress: [...deps.leases.active()].reduce((sum, [, calls]) => sum + calls, 0),
      }
    },

    ofAgency: async (person: Viewer, agencyId: string, timeZone: string) => {
      const now = clock.now()
      const from = summaryDays(timeZone, now).starts[0] ?? now
      const own = await run(deps.environments.list(agencyId))
      const figures = await run(inTurn(own, ({ id }) => usage.figures(id, 'hour', from)))
      const environments = await Promise.all(
        own.map((environment, at) => factsOf(environment, dailyPeaks(figures[at] ?? [], timeZone, now))),
      )
      return {
        alarms: await run(alarms.of(person, agencyId)),
        summary: summaryOf(figures.flat(), timeZone, now),
        spending: await costs(timeZone, now, agencyId),
        environments,
        checklist: await checklist(agencyId, own, environments),
        now,
      }
    },
  }
}

export type AgencyOverview = Awaited<ReturnType<ReturnType<typeof createReadOverview>['ofAgency']>>
