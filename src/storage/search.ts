import { and, desc, eq, getTableColumns, gte, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import type { Agency } from '../agencies/agency.ts'
import type { EnvironmentName } from '../agencies/environment.ts'
import type { Call } from '../calls/call.ts'
import { idAt, timeOf } from './call-list.ts'
import type { Database } from './database.ts'
import { agencies, calls, environments, keys, people } from './schema.ts'

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
  const environmentsOf = (phoneNumber: string) =>
    orm
      .all<{ id: string }>(
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
      )
      .map(({ id }) => id)

  return {
    /** Agencies with the text in their name, first those that begin with it. */
    agenciesLike: (text: string, limit: number): Agency[] => {
      const { deletedAt, ...columns } = getTableColumns(agencies)
      const at = sql`instr(lower(${agencies.name}), lower(${text}))`
      return orm
        .select(columns)
        .from(agencies)
        .where(and(isNull(deletedAt), sql`${at} > 0`))
        .orderBy(sql`${at} > 1`, sql`length(${agencies.name})`, sql`name collate nocase`)
        .limit(limit)
        .all()
    },

    /** The first agencies in the order of their names. */
    firstAgencies: (limit: number): Pick<Agency, 'id' | 'name'>[] =>
      orm
        .select({ id: agencies.id, name: agencies.name })
        .from(agencies)
        .where(isNull(agencies.deletedAt))
        .orderBy(sql`name collate nocase`, agencies.id)
        .limit(limit)
        .all(),

    /** People with the text in their address. */
    peopleLike: (text: string, limit: number) =>
      orm
        .select({ id: people.id, email: people.email, agencyId: people.agencyId })
        .from(people)
        .where(sql`instr(${people.email}, lower(${text})) > 0`)
        .orderBy(sql`length(${people.email})`, people.email)
        .limit(limit)
        .all(),

    /** The calls to a number, the newest of each environment: of these environments, or of all. */
    callsTo: (phoneNumber: string, limit: number, environmentIds?: string[]): CallHit[] =>
      (environmentIds ?? environmentsOf(phoneNumber)).flatMap((environmentId) =>
        [isNull(calls.endedAt), isNotNull(calls.endedAt)]
          .flatMap((state) =>
            orm
              .select(hit)
              .from(calls)
              .where(and(state, eq(calls.phoneNumber, phoneNumber), eq(calls.environmentId, environmentId)))
              .orderBy(desc(calls.id))
              .limit(limit)
              .all(),
          )
          .toSorted((one, other) => (one.id < other.id ? 1 : -1))
          .slice(0, limit),
      ),

    /** The calls that a provider, or its carrier, knows by an id: ids of different accounts may be the same. */
    callsOfProvider: (theirId: string, limit: number): CallHit[] =>
      orm
        .select(hit)
        .from(calls)
        .where(or(eq(calls.providerCallId, theirId), eq(calls.telephonyCallId, theirId)))
        .limit(limit)
        .all(),

    /** The call that an API request has triggered: of those with an id of the minute after the request's. */
    callOfRequest: (requestId: string): CallHit | undefined => {
      const at = timeOf(requestId)
      return orm
        .select(hit)
        .from(calls)
        .where(
          and(
            gte(calls.id, idAt(at)),
            lt(calls.id, idAt(at + triggerMostMs)),
            eq(calls.requestId, requestId),
          ),
        )
        .get()
    },

    /** The keys that end so, live ones first. */
    keysEnding: (last4: string, limit: number): KeyHit[] =>
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

    /** The names of agencies by their ids. */
    agencyNames: (ids: string[]): Map<string, string> =>
      new Map(
        orm
          .select({ id: agencies.id, name: agencies.name })
          .from(agencies)
          .where(inArray(agencies.id, ids))
          .all()
          .map(({ id, name }) => [id, name]),
      ),
  }
}
