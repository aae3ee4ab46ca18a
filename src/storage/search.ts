import { and, desc, eq, getTableColumns, gte, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import type { Agency } from '../agencies/agency.ts'
import type { EnvironmentName } from '../agencies/environment.ts'
import type { Call } from '../calls/call.ts'
import { idAt, timeOf } from './call-list.ts'
import type { Database } from './database.ts'
import { agencies, calls, environments, keys, people } from './schema.ts'
import { inTurn, type Work, wait } from '../work.ts'

/** A call as far as a list of what was found shows it. */
export type CallHit = Pick<
  Call,
  'id' | 'agencyId' | 'environmentId' | 'phoneNumber' | 'status' | 'reasonCode' | 'createdAt'
>

interface KeyHit {
  agencyId: string
  environment: EnvironmentName
  last4: string
  replacedAt: number | null
}

/** Environments of one number that are looked at: more are no help to a person. */
const environmentsMost = 20
/** The longest time from the arrival of a trigger until its call has an id, with a slow body and a slow disk. */
const triggerMostMs = 60_000

const hit = {
  id: calls.id,
  agencyId: calls.agencyId,
  environmentId: calls.environmentId,
  phoneNumber: calls.phoneNumber,
  status: calls.status,
  reasonCode: calls.reasonCode,
  createdAt: calls.createdAt,
}

/** Finds what people know a part of. Calls, of which there are millions, only by an index. */
export const createSearch = ({ orm }: Database) => {
  /** Skips from environment to environment by the index, so that a number with a million calls costs no more than one. */
  const environmentsOf = function* (phoneNumber: string) {
    return (yield* wait(
      orm.all<{ id: string }>(
        sql`
        with recursive found(id) as (
          select min(environment_id) from calls where ended_at is not null and phone_number = ${phoneNumber}
          union all
          select (
            select min(environment_id) from calls
            where ended_at is not null and phone_number = ${phoneNumber} and environment_id > found.id
          )
          from found where found.id is not null
          limit ${environmentsMost}
        )
        select id from found where id is not null
        union
        select environment_id from calls where ended_at is null and phone_number = ${phoneNumber}
        limit ${environmentsMost}`,
      ),
    )).map(({ id }) => id)
  }

  return {
    /** Agencies with the text in their name, first those that begin with it. */
    *agenciesLike(text: string, limit: number): Work<Agency[]> {
      const { deletedAt, ...columns } = getTableColumns(agencies)
      const at = sql`instr(lower(${agencies.name}), lower(${text}))`
      return yield* wait(
        orm
          .select(columns)
          .from(agencies)
          .where(and(isNull(deletedAt), sql`${at} > 0`))
          .orderBy(sql`${at} > 1`, sql`length(${agencies.name})`, sql`name collate nocase`)
          .limit(limit)
          .all(),
      )
    },

    /** The first agencies in the order of their names. */
    firstAgencies: (limit: number): Work<Pick<Agency, 'id' | 'name'>[]> =>
      wait(
        orm
          .select({ id: agencies.id, name: agencies.name })
          .from(agencies)
          .where(isNull(agencies.deletedAt))
          .orderBy(sql`name collate nocase`, agencies.id)
          .limit(limit)
          .all(),
      ),

    /** People with the text in their address. */
    peopleLike: (text: string, limit: number) =>
      wait(
        orm
          .select({ id: people.id, email: people.email, agencyId: people.agencyId })
          .from(people)
          .where(sql`instr(${people.email}, lower(${text})) > 0`)
          .orderBy(sql`length(${people.email})`, people.email)
          .limit(limit)
          .all(),
      ),

    /** The calls to a number, the newest of each environment: of these environments, or of all. */
    *callsTo(phoneNumber: string, limit: number, environmentIds?: string[]): Work<CallHit[]> {
      const searched = environmentIds ?? (yield* environmentsOf(phoneNumber))
      const hits = yield* inTurn(searched, function* (environmentId) {
        const found = yield* inTurn([isNull(calls.endedAt), isNotNull(calls.endedAt)], (state) =>
          wait(
            orm
              .select(hit)
              .from(calls)
              .where(and(state, eq(calls.phoneNumber, phoneNumber), eq(calls.environmentId, environmentId)))
              .orderBy(desc(calls.id))
              .limit(limit)
              .all(),
          ),
        )
        return found
          .flat()
          .toSorted((one, other) => (one.id < other.id ? 1 : -1))
          .slice(0, limit)
      })
      return hits.flat()
    },

    /** The calls that a provider, or its carrier, knows by an id: ids of different accounts may be the same. */
    callsOfProvider: (theirId: string, limit: number): Work<CallHit[]> =>
      wait(
        orm
          .select(hit)
          .from(calls)
          .where(or(eq(calls.providerCallId, theirId), eq(calls.telephonyCallId, theirId)))
          .limit(limit)
          .all(),
      ),

    /** The call that an API request has triggered: of those with an id of the minute after the request's. */
    *callOfRequest(requestId: string): Work<CallHit | undefined> {
      const at = timeOf(requestId)
      return yield* wait(
        orm
          .select(hit)
          .from(calls)
          .where(
            and(
              gte(calls.id, idAt(at)),
              lt(calls.id, idAt(at + triggerMostMs)),
              eq(calls.requestId, requestId),
            ),
          )
          .get(),
      )
    },

    /** The keys that end so, live ones first. */
    keysEnding: (last4: string, limit: number): Work<KeyHit[]> =>
      wait(
        orm
          .select({
            agencyId: environments.agencyId,
            environment: environments.name,
            last4: keys.last4,
            replacedAt: keys.replacedAt,
          })
          .from(keys)
          .innerJoin(environments, eq(environments.id, keys.environmentId))
          .where(eq(keys.last4, last4))
          .orderBy(sql`replaced_at is not null`, desc(keys.createdAt))
          .limit(limit)
          .all(),
      ),

    /** The names of agencies by their ids. */
    *agencyNames(ids: string[]): Work<Map<string, string>> {
      return new Map(
        (yield* wait(
          orm
            .select({ id: agencies.id, name: agencies.name })
            .from(agencies)
            .where(inArray(agencies.id, ids))
            .all(),
        )).map(({ id, name }) => [id, name]),
      )
    },
  }
}
