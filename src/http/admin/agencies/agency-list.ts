import { z } from 'zod'
import {
  type HealthColumn,
  healthColumns,
  type HealthCursor,
  type HealthPage,
  type HealthQuery,
} from '../../../agencies/health.ts'
import { type PlaceKind, placeKinds } from '../../../alarms/place-alarms.ts'
import type { ReadAlarms } from '../../../alarms/read-alarms.ts'
import type { Clock } from '../../../clock.ts'
import { dayIn, startOf } from '../../../policy/calendar.ts'
import { run, type Work } from '../../../work.ts'

const agenciesAtOnce = 50

/** What of the list is shown. */
export interface AgencyListQuery {
  q: string
  sort: HealthColumn
  order: 'asc' | 'desc'
  /** Only agencies in which this is wrong. */
  alarm?: PlaceKind | undefined
}

export interface ListAgencyHealth {
  alarms: Pick<ReadAlarms, 'ofKind'>
  agencyHealth: { page(query: HealthQuery): Work<HealthPage> }
  clock: Pick<Clock, 'now'>
}

/** The order in which a column says most at its top: the most calls, the oldest key, the last call. */
export const firstOrder = (column: HealthColumn) => (column === 'name' || column === 'plan' ? 'asc' : 'desc')

/** Whatever is not understood is as if it were not there. */
const listQuery = z.object({
  q: z.string().trim().max(100).catch(''),
  sort: z.enum(healthColumns).catch('name'),
  order: z.enum(['asc', 'desc']).optional().catch(undefined),
  alarm: z
    .enum(Object.keys(placeKinds) as [PlaceKind, ...PlaceKind[]])
    .optional()
    .catch(undefined),
  after: z
    .string()
    .transform((text) => Buffer.from(text, 'base64url').toString().split('\n'))
    .pipe(z.tuple([z.enum(['text', 'number']), z.string(), z.string()]))
    .transform(([kind, value, id]): HealthCursor => [kind === 'text' ? value : Number(value), id])
    .optional()
    .catch(undefined),
})

/** The list of the agencies in which something of a kind is wrong. */
export const alarmedUrl = (alarm: PlaceKind) => listUrl({ q: '', sort: 'name', order: 'asc', alarm })

export const listUrl = ({ q, sort, order, alarm }: AgencyListQuery, after?: HealthCursor) => {
  const given = {
    ...(q !== '' && { q }),
    ...(alarm && { alarm }),
    ...(sort !== 'name' && { sort }),
    ...(order !== firstOrder(sort) && { order }),
    ...(after && { after: encoded(after) }),
  }
  const query = new URLSearchParams(given).toString()
  return query === '' ? '/admin/agencies' : `/admin/agencies?${query}`
}

/** Names have no line ends. */
const encoded = ([value, id]: HealthCursor) =>
  Buffer.from([typeof value === 'string' ? 'text' : 'number', value, id].join('\n')).toString('base64url')

/** A page of the agencies for an address of the list. */
export const readAgencyList = async (
  { agencyHealth, alarms, clock }: ListAgencyHealth,
  url: string,
  timeZone: string,
) => {
  const {
    q,
    alarm,
    sort,
    order = firstOrder(sort),
    after,
  } = listQuery.parse(Object.fromEntries(new URL(url).searchParams))
  const now = clock.now()
  const raised = Map.groupBy(
    alarm ? await run(alarms.ofKind(alarm)) : [],
    ({ place }) => place?.agencyId ?? '',
  )
  const page = await run(
    agencyHealth.page({
      text: q,
      ids: alarm && [...raised.keys()],
      column: sort,
      isDescending: order === 'desc',
      after,
      limit: agenciesAtOnce,
      since: startOf(dayIn(timeZone, now), timeZone),
    }),
  )
  return { ...page, query: { q, sort, order, alarm }, raised, isFirst: after === undefined, now }
}
