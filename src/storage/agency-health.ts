import { sql } from 'drizzle-orm'
import type { AgencyHealth, HealthColumn, HealthPage, HealthQuery } from '../agencies/health.ts'
import type { EnvironmentName } from '../agencies/environment.ts'
import { idAt, timeOf } from './call-list.ts'
import type { Database } from './database.ts'
import { type Work, wait } from '../work.ts'

/** What is looked up of one agency, `a`: each a few steps into an index, however many calls there are. */
const figures = (since: number) => ({
  callsToday: sql<number>`(
    select coalesce(sum(
      (select count(*) from calls where environment_id = e.id and ended_at is null and id >= ${idAt(since)})
      + (select count(*) from calls where environment_id = e.id and ended_at is not null and id >= ${idAt(since)})
    ), 0) from environments e where e.agency_id = a.id)`,
  limitedToday: sql<number>`(
    select coalesce(sum((
      select sum(count) from usage
      where environment_id = e.id and span = 'hour' and start_at >= ${since}
      and outcome in ('rate_limited', 'concurrency_limited')
    )), 0) from environments e where e.agency_id = a.id)`,
  oldestKeyAt: sql<number | null>`(
    select min(k.created_at) from environments e join keys k on k.environment_id = e.id
    where e.agency_id = a.id and k.replaced_at is null)`,
  lastCallId: sql<string | null>`(
    select nullif(max(max(
      coalesce((select max(id) from calls where environment_id = e.id and ended_at is null), ''),
      coalesce((select max(id) from calls where environment_id = e.id and ended_at is not null), '')
    )), '') from environments e where e.agency_id = a.id)`,
  failingWebhook: sql<EnvironmentName | null>`(
    select min(e.name) from environments e join webhooks w on w.environment_id = e.id
    where e.agency_id = a.id and (w.off_reason is not null or exists (
      select 1 from deliveries where environment_id = e.id and state = 'dead')))`,
})

/** Never null, because a comparison of nulls would end a list. A key's age falls as its creation rises. */
const sortKeys = (since: number): Record<HealthColumn, ReturnType<typeof sql>> => {
  const { callsToday, limitedToday, oldestKeyAt, lastCallId, failingWebhook } = figures(since)
  return {
    name: sql`lower(a.name)`,
    plan: sql`a.plan`,
    calls_today: callsToday,
    limited: limitedToday,
    webhook: sql`coalesce(${failingWebhook}, '') <> ''`,
    key_age: sql`-coalesce(${oldestKeyAt}, ${Number.MAX_SAFE_INTEGER})`,
    last_call: sql`coalesce(${lastCallId}, '')`,
  }
}

interface SortedRow {
  id: string
  key: string | number
}

/** The list of agencies with their health, in the order of any column. */
export const createAgencyHealth = ({ orm }: Database) => ({
  *page({ text, ids, column, isDescending, after, limit, since }: HealthQuery): Work<HealthPage> {
    const isListed =
      ids === undefined ? sql`true` : sql`a.id in (select value from json_each(${JSON.stringify(ids)}))`
    const isMeant = sql`a.deleted_at is null and ${isListed}
      and (${text} = '' or instr(lower(a.name), lower(${text})) > 0)`
    const beyond = isDescending ? sql`<` : sql`>`
    const way = isDescending ? sql`desc` : sql`asc`
    const rest = after === undefined ? sql`true` : sql`(key, id) ${beyond} (${after[0]}, ${after[1]})`
    const found = yield* wait(
      orm.all<SortedRow>(sql`
      select id, key from (
        select a.id as id, ${sortKeys(since)[column]} as key from agencies a where ${isMeant}
      ) where ${rest} order by key ${way}, id ${way} limit ${limit + 1}`),
    )
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    const byId = new Map((yield* healthOf(orm, shown, since)).map((agency) => [agency.id, agency]))
    return {
      agencies: shown.flatMap(({ id }) => byId.get(id) ?? []),
      next: found.length > limit && last ? [last.key, last.id] : undefined,
      total:
        (yield* wait(
          orm.all<{ total: number }>(sql`select count(*) as total from agencies a where ${isMeant}`),
        ))[0]?.total ?? 0,
    }
  },
})

const healthOf = function* (
  orm: Database['orm'],
  rows: readonly SortedRow[],
  since: number,
): Work<AgencyHealth[]> {
  const { callsToday, limitedToday, oldestKeyAt, lastCallId, failingWebhook } = figures(since)
  const ids = JSON.stringify(rows.map(({ id }) => id))
  return (yield* wait(
    orm.all<AgencyHealth & { lastCallId: string | null }>(
      sql`
      select a.id, a.name, a.plan, a.created_at as createdAt, a.suspended_at as suspendedAt,
        ${callsToday} as callsToday, ${limitedToday} as limitedToday, ${oldestKeyAt} as oldestKeyAt,
        ${lastCallId} as lastCallId, ${failingWebhook} as failingWebhook
      from agencies a where a.id in (select value from json_each(${ids}))`,
    ),
  )).map(({ lastCallId: callId, ...agency }) => ({
    ...agency,
    lastCallAt: callId === null ? null : timeOf(callId),
  }))
}
