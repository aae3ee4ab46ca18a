import { z } from 'zod'
import type { EnvironmentName } from '../../agencies/environment.ts'
import { environmentNameSchema } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { type Call, callStatuses } from '../call.ts'
import { callRecord, presentCall } from '../record.ts'
import { callField, type FindDeps, findCallOf } from './find.ts'
import { inTurn, type Work } from '../../work.ts'

interface EnvironmentRef {
  id: string
  name: EnvironmentName
}

/** Which of an agency's calls. */
export interface CallQuery {
  environment?: EnvironmentName | undefined
  status?: Call['status'] | undefined
  reasonCode?: NonNullable<Call['reasonCode']> | undefined
  phoneNumber?: string | undefined
  /** The id of an agent. */
  agent?: string | undefined
  /** The span of `createdAt`, without its end. */
  from?: number | undefined
  to?: number | undefined
}

type StoredQuery = Omit<CallQuery, 'environment' | 'agent'> & {
  environmentId: string
  agentId: string | undefined
}

interface Filter extends CallQuery {
  /** Only calls with ids below this one: ids rise with time. */
  before?: string | undefined
  limit: number
}

export interface ListDeps {
  publicUrl(): string
  environments: { list(agencyId: string): Work<EnvironmentRef[]> }
  calls: {
    page(query: StoredQuery & { before?: string | undefined; limit: number }): Work<{
      calls: Call[]
      hasMore: boolean
    }>
  }
}

export interface CountDeps extends Pick<ListDeps, 'environments'> {
  calls: {
    /** At most `most`. */
    count(query: StoredQuery, most: number): Work<number>
  }
}

interface FoundCall {
  call: Call
  environment: EnvironmentRef
}

/**
 * An agency's calls, newest first, each with its environment: those of both are merged, because each has its own index.
 * Nothing is passed over: where one environment has more than was read, the page ends there.
 */
export const callsOf = function* (
  { environments, calls }: ListDeps,
  agencyId: string,
  { environment, agent, ...query }: Filter,
): Work<{ found: FoundCall[]; hasMore: boolean }> {
  const pages = yield* inTurn(
    (yield* environments.list(agencyId)).filter(
      ({ name }) => environment === undefined || name === environment,
    ),
    function* (one) {
      return { environment: one, ...(yield* calls.page({ environmentId: one.id, agentId: agent, ...query })) }
    },
  )
  const ends = pages.flatMap(({ calls: page, hasMore }) => (hasMore ? (page.at(-1)?.id ?? []) : []))
  const all = pages
    .flatMap(({ environment: of, calls: page }) => page.map((call) => ({ call, environment: of })))
    .toSorted((one, other) => (one.call.id < other.call.id ? 1 : -1))
  const found = all.filter(({ call }) => ends.every((end) => call.id >= end)).slice(0, query.limit)
  return { found, hasMore: ends.length > 0 || found.length < all.length }
}

/** The number of an agency's calls that match, counted up to `most` in each environment. */
export const countCalls = function* (
  { environments, calls }: CountDeps,
  agencyId: string,
  { environment, agent, ...query }: CallQuery,
  most: number,
): Work<number> {
  const counted = (yield* environments.list(agencyId)).filter(
    ({ name }) => environment === undefined || name === environment,
  )
  const counts = yield* inTurn(counted, ({ id }) =>
    calls.count({ environmentId: id, agentId: agent, ...query }, most),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

const callsMost = 100

export const listCalls = operation({
  name: 'call.list',
  summary: 'Lists calls, newest first.',
  scope: 'agency',
  may: 'admin',
  input: {
    environment: environmentNameSchema.optional().meta({ description: 'Only those of this environment' }),
    status: z.enum(callStatuses).optional().meta({ description: 'Only those with this status' }),
    agent: z
      .guid('agent must be the id of an agent.')
      .toLowerCase()
      .optional()
      .meta({ description: 'Only those of this agent', hint: 'id' }),
    before: callField.optional().meta({ description: 'Only those older than this one', hint: 'id' }),
    limit: z
      .int()
      .min(1)
      .max(callsMost)
      .default(20)
      .meta({ description: `How many at most, up to ${callsMost}` }),
  },
  output: z.array(callRecord),
  columns: ['call_id', 'environment', 'status', 'phone_number', 'created_at', 'duration_seconds'],
  empty: 'There are no such calls.',
  *run(deps: ListDeps, { agency, input }) {
    return (yield* callsOf(deps, agency.id, input)).found.map(({ call, environment }) =>
      presentCall(call, environment, deps.publicUrl()),
    )
  },
})

export const showCall = operation({
  name: 'call.show',
  summary: 'Shows a call.',
  scope: 'agency',
  may: 'admin',
  input: { call: callField },
  output: callRecord,
  *run(deps: FindDeps, { agency, input }) {
    const { call, environment } = yield* findCallOf(deps, agency.id, input.call)
    return presentCall(call, environment, deps.publicUrl())
  },
})
