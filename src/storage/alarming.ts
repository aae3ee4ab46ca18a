import type { Place } from '../alarms/alarm.ts'
import type { Found } from '../alarms/place-alarms.ts'
import { acceptedBy, refusedBy } from '../usage/call-outcomes.ts'
import type { Database } from './database.ts'
import { type Work, wait } from '../work.ts'

interface Query {
  /** Left out, all agencies. */
  agencyId?: string | undefined
  now: number
  /** The places that are listed; the others are only counted. */
  most: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** The longest time since a threshold of a budget of this month was reached. */
const budgetMs = 32 * dayMs
/** The owners of budgets that are looked at. */
const ownersMost = 50

/** Joins the agency of an environment `e`, unless it was deleted. */
const place = `agencies.id as agencyId, agencies.name as agencyName, e.name as environment`
const ofAgency = `join agencies on agencies.id = e.agency_id and agencies.deleted_at is null and :agency`
const liveKey = `join keys on keys.environment_id = e.id and keys.replaced_at is null`

/**
 * Each reads rows that are few, where it can by an index of those alone, so that ten thousand healthy agencies cost
 * nothing. The planner, which has no statistics, would begin with the agencies.
 */
const queries = {
  leaked_key: `select ${place}, keys.last4 from keys indexed by keys_known
    join environments e on e.id = keys.environment_id ${ofAgency}
    where keys.replaced_at is null and (keys.leaked_at is not null or keys.exposed_at is not null)
    and keys.leaked_at is not null`,
  exposed_key: `select ${place}, keys.last4 from keys indexed by keys_known
    join environments e on e.id = keys.environment_id ${ofAgency}
    where keys.replaced_at is null and (keys.leaked_at is not null or keys.exposed_at is not null)
    and keys.leaked_at is null`,
  webhook_disabled: `select ${place}, webhooks.off_reason as reason from webhooks
    join environments e on e.id = webhooks.environment_id ${ofAgency}
    where webhooks.off_reason is not null and not webhooks.enabled`,
  webhook_failing: `select ${place}, failing.waiting from
    (select environment_id, count(*) as waiting from deliveries
      where state = 'pending' and attempts > 0 group by environment_id) failing
    join webhooks on webhooks.environment_id = failing.environment_id and webhooks.enabled
    join environments e on e.id = failing.environment_id ${ofAgency}`,
  events_undelivered: `select ${place}, dead.events from
    (select environment_id, count(*) as events from deliveries where state = 'dead' group by environment_id) dead
    join webhooks on webhooks.environment_id = dead.environment_id
    join environments e on e.id = dead.environment_id ${ofAgency}`,
  access_disabled: `select ${place}, e.access_disabled_by as "by" from environments e indexed by environments_disabled
    ${liveKey} ${ofAgency} where e.access_disabled_by is not null`,
  old_key_in_use: `select ${place}, keys.last4, sum(key_clients.after_rotation) as requests from key_clients indexed by key_clients_left
    join keys on keys.id = key_clients.key_id and keys.replaced_at is not null
    join environments e on e.id = keys.environment_id ${ofAgency}
    where key_clients.after_rotation > 0 and key_clients.last_seen_at > $now - ${dayMs} group by keys.id`,
  no_default_agent: `select ${place} from environments e ${liveKey} ${ofAgency} where e.default_agent_id is null`,
  provider_refusing: `select ${place}, refused.provider, refused.count as refused,
      refused.count + coalesce((select sum(count) from usage accepted
        where accepted.environment_id = e.id and accepted.span = 'hour'
        and accepted.start_at > $now - ${2 * hourMs}
        and accepted.outcome = '${acceptedBy}' || refused.provider), 0) as ended
    from (select environment_id, substr(outcome, ${refusedBy.length + 1}) as provider, sum(count) as count
      from usage indexed by usage_refused where outcome glob '${refusedBy}*' and span = 'hour' and start_at > $now - ${2 * hourMs}
      group by environment_id, outcome having sum(count) >= 3) refused
    join environments e on e.id = refused.environment_id ${ofAgency}
    where ended <= 2 * refused.count`,
} as const

/** A statement for one agency or for all: each has a plan of its own. */
const ofOne = (sql: string, { agencyId }: Query) =>
  sql.replaceAll(':agency', agencyId === undefined ? 'true' : 'agencies.id = $agencyId')

const given = ({ agencyId }: Query): { agencyId?: string } => (agencyId === undefined ? {} : { agencyId })

/** What may be wrong in environments, of one agency or of all. */
export const createAlarmingStore = ({ sqlite }: Database) => {
  /** `count` counts what may be in every agency without looking at each: the keys of deleted ones are gone. */
  const find = <Fact>(sql: string, count?: string) =>
    function* (query: Query, extra: Record<string, number> = {}): Work<Found<Fact>> {
      if (count !== undefined && query.agencyId === undefined) {
        const first = yield* wait(
          sqlite
            .query<Place & Fact, Record<string, number>>(`${ofOne(sql, query)} limit $most`)
            .all({ ...extra, most: query.most }),
        )
        const { total } = (yield* wait(
          sqlite.query<{ total: number }, Record<string, number>>(count).get(extra),
        )) ?? {
          total: 0,
        }
        return { total, first }
      }
      const rows = yield* wait(
        sqlite
          .query<Place & Fact & { total: number }, Record<string, string | number>>(
            `select *, count(*) over () as total from (${ofOne(sql, query)}) limit $most`,
          )
          .all({
            ...given(query),
            most: query.most,
            ...(sql.includes('$now') && { now: query.now }),
            ...extra,
          }),
      )
      return { total: rows[0]?.total ?? 0, first: rows }
    }

  return {
    leakedKeys: find<{ last4: string }>(queries.leaked_key),
    exposedKeys: find<{ last4: string }>(queries.exposed_key),
    webhooksDisabled: find<{ reason: string }>(queries.webhook_disabled),
    webhooksFailing: find<{ waiting: number }>(queries.webhook_failing),
    eventsUndelivered: find<{ events: number }>(queries.events_undelivered),
    accessDisabled: find<{ by: string }>(queries.access_disabled),
    oldKeysInUse: find<{ last4: string; requests: number }>(queries.old_key_in_use),
    withoutDefaultAgent: find<object>(
      queries.no_default_agent,
      `select count(*) as total from environments e where e.default_agent_id is null and exists (
        select 1 from keys where keys.environment_id = e.id and keys.replaced_at is null)`,
    ),
    providersRefusing: find<{ provider: string; refused: number; ended: number }>(queries.provider_refusing),

    /** Live keys created before a time. */
    keysOverAge: (query: Query, before: number) =>
      find<{ createdAt: number }>(
        `select ${place}, keys.created_at as createdAt from keys
        join environments e on e.id = keys.environment_id ${ofAgency}
        where keys.replaced_at is null and keys.created_at < $before order by keys.created_at`,
        'select count(*) as total from keys where replaced_at is null and created_at < $before',
      )(query, { before }),

    /** Environments of which a budget has lately reached a threshold. */
    nearBudgets: (query: Query) =>
      wait(
        sqlite
          .query<Place & { environmentId: string }, { agencyId?: string; since: number }>(
            ofOne(
              `select distinct ${place}, e.id as environmentId from alert_marks
          join environments e on e.id = alert_marks.owner_id or e.agency_id = alert_marks.owner_id ${ofAgency}
          where alert_marks.kind = 'budget_threshold' and alert_marks.at > $since limit ${ownersMost}`,
              query,
            ),
          )
          .all({ ...given(query), since: query.now - budgetMs }),
      ),
  }
}
