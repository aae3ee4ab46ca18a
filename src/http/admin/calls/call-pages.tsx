import { Elysia } from 'elysia'
import type { z } from 'zod'
import type { Call } from '../../../calls/call.ts'
import type { CheckPolicy } from '../../../calls/check-policy.ts'
import { endCall } from '../../../calls/operations/end.ts'
import { type CountDeps, callsOf, countCalls, type ListDeps } from '../../../calls/operations/list.ts'
import type { FetchRecording } from '../../../calls/recording.ts'
import type { Clock } from '../../../clock.ts'
import { ApiError } from '../../../failures.ts'
import { type Limits, limitsOf } from '../../../limits/limits.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Agency } from '../../../agencies/agency.ts'
import type { Person } from '../../../people/person.ts'
import type { Log } from '../../../telemetry/log.ts'
import type { Delivery } from '../../../webhooks/delivery.ts'
import { cursorAfter } from '../../cursor.ts'
import { agencyParams, findAgency } from '../agencies/agency-pages.tsx'
import { answerRecording } from '../../recording.ts'
import { csvHeaders } from '../csv.ts'
import { jsonHeaders } from '../json-array.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { callsAsCsv, callsAsJson } from './call-export.ts'
import { type CallFilter, queryOf, readFilter } from './call-filter.ts'
import { CallPage, callPath } from './call.tsx'
import { CallsPage } from './calls.tsx'
import { callParams, createFindView, type FindViewDeps } from './find-view.ts'
import { DeliveriesOfCall } from '../webhooks/delivery.tsx'
import { renderPage } from '../../page/layout.tsx'
import { SlotsPage } from './slots.tsx'
import { webhookPath } from '../webhooks/webhook-path.ts'
import { run, type Work } from '../../../work.ts'

const callsAtOnce = 25
/** Counting more would keep other requests waiting. */
const countedMost = 10_000

export interface CallPagesDeps extends GuardDeps, FindViewDeps {
  calls: FindViewDeps['calls'] &
    ListDeps['calls'] &
    CountDeps['calls'] & {
      /** An environment's calls that hold a slot. */
      holdingSlotsIn(environmentId: string): Work<Call[]>
    }
  deliveries: { ofCall(callId: string): Work<Delivery[]> }
  leases: { count(environmentId: string): number }
  config: GuardDeps['config'] & Limits
  fetchRecording: FetchRecording
  policy: Pick<CheckPolicy, 'policyFor'>
  perform: Perform
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}

/** The pages of an agency's calls and slots. */
export const callPages = (deps: CallPagesDeps) => {
  const { agents, calls, clock, config, deliveries, environments, fetchRecording, leases, log, perform } =
    deps

  const { find, viewer } = createFindView(deps)

  /** The query of these filters in an agency; undefined where no call can match. */
  const queryIn = async (agency: Agency, filter: CallFilter) => {
    const { countries } = (await run(deps.policy.policyFor({ agencyId: agency.id, environmentId: null })))
      .rules
    return queryOf(filter, {
      countries: countries?.includes('*') ? null : countries,
      wasCalled: async (phoneNumber) =>
        (await run(callsOf(deps, agency.id, { phoneNumber, limit: 1 }))).found.length > 0,
    })
  }

  const list = async (agency: Agency, filter: CallFilter, before: string | undefined) => {
    const query = await queryIn(agency, filter)
    if (query === undefined) return { page: [], older: undefined, count: { calls: 0, isWhole: true } }
    const { found, hasMore } = await run(callsOf(deps, agency.id, { ...query, before, limit: callsAtOnce }))
    const page = found.map(({ call }) => call)
    const last = page.at(-1)
    const matching = await run(countCalls(deps, agency.id, query, countedMost + 1))
    return {
      page,
      older: hasMore && last ? cursorAfter(last.id) : undefined,
      count: { calls: Math.min(matching, countedMost), isWhole: matching <= countedMost },
    }
  }

  const callPage = async (
    person: Person,
    found: Awaited<ReturnType<typeof find>>,
    shown: { error?: string; whole?: boolean },
  ) =>
    renderPage(
      <CallPage person={person} apiUrl={deps.publicUrl()} {...found} {...shown}>
        <DeliveriesOfCall
          deliveries={await run(deliveries.ofCall(found.call.id))}
          path={webhookPath(found.agency.id, found.call.environment)}
        />
      </CallPage>,
    )

  return new Elysia({ name: 'call-pages' })
    .use(signedIn(deps))
    .get(
      '/agencies/:agency/calls',
      async ({ person, params, request }) => {
        const agency = await findAgency(deps, params.agency)
        const { filter, before } = readFilter(request, person.timeZone)
        const { page, older, count } = await list(agency, filter, before)
        const slots = (await run(environments.list(agency.id))).map((row) => ({
          name: row.name,
          active: leases.count(row.id),
          limit: limitsOf(row, config).concurrentCalls,
        }))
        const choices = (await run(agents.listEver(agency.id))).filter(
          ({ id, deletedAt }) => deletedAt === null || id === filter.agent,
        )
        const facts = { person, agency, slots, older, count, filter, agents: choices }
        const views = page.map(await viewer(agency))
        return renderPage(<CallsPage {...facts} calls={views} isNewest={before === undefined} />)
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/calls.csv',
      async ({ params, person, request, set }) => {
        const agency = await findAgency(deps, params.agency)
        const query = await queryIn(agency, readFilter(request, person.timeZone).filter)
        Object.assign(set.headers, csvHeaders('calls'))
        return new Response(await callsAsCsv(deps, agency, query))
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/calls.json',
      async ({ params, person, request, set }) => {
        const agency = await findAgency(deps, params.agency)
        const query = await queryIn(agency, readFilter(request, person.timeZone).filter)
        Object.assign(set.headers, jsonHeaders('calls'))
        return new Response(await callsAsJson(deps, agency, query))
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/slots',
      async ({ person, params }) => {
        const agency = await findAgency(deps, params.agency)
        const slots = await Promise.all(
          (await run(environments.list(agency.id))).map(async (row) => ({
            name: row.name,
            limit: limitsOf(row, config).concurrentCalls,
            calls: (await run(calls.holdingSlotsIn(row.id))).map(await viewer(agency)),
          })),
        )
        return renderPage(
          <SlotsPage person={person} agency={agency} environments={slots} now={clock.now()} />,
        )
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/calls/:call',
      async ({ person, params, request }) =>
        await callPage(person, await find(params), { whole: new URL(request.url).searchParams.has('whole') }),
      { params: callParams },
    )
    .get(
      '/agencies/:agency/calls/:call/recording',
      async ({ params, request }) =>
        answerRecording(
          request,
          await fetchRecording((await find(params)).call, request.headers.get('range')),
        ),
      { params: callParams },
    )
    .post(
      '/agencies/:agency/calls/:call/end',
      async ({ flash, actor, person, params, set, redirect, readForm }) => {
        await readForm()
        try {
          await perform(endCall, params, actor)
        } catch (error) {
          if (!(error instanceof ApiError) || error.reason !== 'provider_unavailable') throw error
          log.warn('provider could not hang up', { call_id: params.call, error: String(error.cause) })
          set.status = error.status
          return await callPage(person, await find(params), { error: error.message })
        }
        flash('The call has ended.')
        return redirect(pathOf(params), 303)
      },
      { parse: 'none', params: callParams },
    )
}

const pathOf = (params: z.infer<typeof callParams>) => callPath({ agencyId: params.agency, id: params.call })
