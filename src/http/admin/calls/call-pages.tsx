import { Elysia } from 'elysia'
import { z } from 'zod'
import { type Call, callStatuses } from '../../../calls/call.ts'
import { endCall } from '../../../calls/operations/end.ts'
import { callsOf, type ListDeps } from '../../../calls/operations/list.ts'
import type { FetchRecording } from '../../../calls/recording.ts'
import type { Clock } from '../../../clock.ts'
import { ApiError } from '../../../failures.ts'
import { type Limits, limitsOf } from '../../../limits/limits.ts'
import { environmentNameSchema } from '../../../names.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Agency } from '../../../agencies/agency.ts'
import type { Person } from '../../../people/person.ts'
import type { Log } from '../../../telemetry/log.ts'
import type { Delivery } from '../../../webhooks/delivery.ts'
import { cursorAfter, cursorSchema } from '../../cursor.ts'
import { agencyParams, findAgency } from '../agencies/agency-pages.tsx'
import { answerRecording } from '../../recording.ts'
import { csvHeaders } from '../csv.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { callsAsCsv } from './call-csv.ts'
import { CallPage, callPath } from './call.tsx'
import { CallsPage } from './calls.tsx'
import { callParams, createFindView, type FindViewDeps } from './find-view.ts'
import { DeliveriesOfCall } from '../webhooks/delivery.tsx'
import { renderPage } from '../../page/layout.tsx'
import { SlotsPage } from './slots.tsx'
import { webhookPath } from '../webhooks/webhook-path.ts'

const callsAtOnce = 25

export interface CallPagesDeps extends GuardDeps, FindViewDeps {
  calls: FindViewDeps['calls'] &
    ListDeps['calls'] & {
      /** An environment's calls that hold a slot. */
      holdingSlotsIn(environmentId: string): Call[]
    }
  deliveries: { ofCall(callId: string): Delivery[] }
  leases: { count(environmentId: string): number }
  config: GuardDeps['config'] & Limits
  fetchRecording: FetchRecording
  perform: Perform
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}

/** A form sends unselected fields as empty texts. */
const chosen = <T extends z.ZodType>(schema: T) =>
  z.preprocess((given) => given || undefined, schema.optional())
const filterQuery = z.object({
  environment: chosen(environmentNameSchema),
  status: chosen(z.enum(callStatuses)),
  agent: chosen(z.guid()),
  before: chosen(cursorSchema('the address of this page is not one of ours')),
})

const readFilter = ({ url }: Request) => {
  const parsed = filterQuery.safeParse(Object.fromEntries(new URL(url).searchParams))
  if (!parsed.success) throw new ApiError('invalid_query', { detail: 'there is no such filter' })
  return parsed.data
}

/** The pages of an agency's calls and slots. */
export const callPages = (deps: CallPagesDeps) => {
  const { agents, calls, clock, config, deliveries, environments, fetchRecording, leases, log, perform } =
    deps

  const { find, viewer } = createFindView(deps)

  const list = (agency: Agency, query: z.infer<typeof filterQuery>) => {
    const { found, hasMore } = callsOf(deps, agency.id, { ...query, limit: callsAtOnce })
    const page = found.map(({ call }) => call)
    const last = page.at(-1)
    return { page, older: hasMore && last ? cursorAfter(last.id) : undefined }
  }

  const callPage = (
    person: Person,
    found: ReturnType<typeof find>,
    shown: { error?: string; whole?: boolean },
  ) =>
    renderPage(
      <CallPage person={person} {...found} now={clock.now()} {...shown}>
        <DeliveriesOfCall
          deliveries={deliveries.ofCall(found.call.id)}
          path={webhookPath(found.agency.id, found.call.environment)}
          now={clock.now()}
        />
      </CallPage>,
    )

  return new Elysia({ name: 'call-pages' })
    .use(signedIn(deps))
    .get(
      '/agencies/:agency/calls',
      ({ person, params, request }) => {
        const agency = findAgency(deps, params.agency)
        const query = readFilter(request)
        const { page, older } = list(agency, query)
        const { before, ...filter } = query
        const slots = environments.list(agency.id).map((row) => ({
          name: row.name,
          active: leases.count(row.id),
          limit: limitsOf(row, config).concurrentCalls,
        }))
        const choices = agents
          .listEver(agency.id)
          .filter(({ id, deletedAt }) => deletedAt === null || id === filter.agent)
        const facts = { person, agency, slots, older, filter, agents: choices }
        const views = page.map(viewer(agency))
        return renderPage(<CallsPage {...facts} calls={views} isNewest={before === undefined} />)
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/calls.csv',
      ({ params, request, set }) => {
        const agency = findAgency(deps, params.agency)
        const { before: _, ...filter } = readFilter(request)
        Object.assign(set.headers, csvHeaders('calls'))
        return new Response(callsAsCsv(deps, agency, filter))
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/slots',
      ({ person, params }) => {
        const agency = findAgency(deps, params.agency)
        const slots = environments.list(agency.id).map((row) => ({
          name: row.name,
          limit: limitsOf(row, config).concurrentCalls,
          calls: calls.holdingSlotsIn(row.id).map(viewer(agency)),
        }))
        return renderPage(
          <SlotsPage person={person} agency={agency} environments={slots} now={clock.now()} />,
        )
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/calls/:call',
      ({ person, params, request }) =>
        callPage(person, find(params), { whole: new URL(request.url).searchParams.has('whole') }),
      { params: callParams },
    )
    .get(
      '/agencies/:agency/calls/:call/recording',
      async ({ params, request }) =>
        answerRecording(request, await fetchRecording(find(params).call, request.headers.get('range'))),
      { params: callParams },
    )
    .post(
      '/agencies/:agency/calls/:call/end',
      async ({ actor, person, params, set, redirect }) => {
        try {
          await perform(endCall, params, actor)
        } catch (error) {
          if (!(error instanceof ApiError) || error.reason !== 'provider_unavailable') throw error
          log.warn('provider could not hang up', { call_id: params.call, error: String(error.cause) })
          set.status = error.status
          return callPage(person, find(params), { error: error.message })
        }
        return redirect(pathOf(params), 303)
      },
      { parse: 'none', params: callParams },
    )
}

const pathOf = (params: z.infer<typeof callParams>) => callPath({ agencyId: params.agency, id: params.call })
