import { and, eq, gt, gte, inArray, isNull, lte, sql } from 'drizzle-orm'
import type { Call } from '../calls/call.ts'
import type { SpendingDelta } from '../calls/spending.ts'
import type { Spent } from '../policy/fence.ts'
import type { Database } from './database.ts'
import type { NumberHashes } from './number-hashes.ts'
import { calls as callRows, dialled, environments, spending } from './schema.ts'
import { type Work, wait } from '../work.ts'

/** What real calls have used, and which numbers they went to. */
export const createSpendingStore = ({ orm }: Database, hashes: NumberHashes) => {
  const add = function* (environmentId: string, day: string, currency: string, amounts: Amounts) {
    yield* wait(
      orm
        .insert(spending)
        .values({ environmentId, day, currency, ...amounts })
        .onConflictDoUpdate({
          target: [spending.environmentId, spending.day, spending.currency],
          set: {
            calls: sql`${spending.calls} + excluded.calls`,
            seconds: sql`${spending.seconds} + excluded.seconds`,
            reservedSeconds: sql`${spending.reservedSeconds} + excluded.reserved_seconds`,
            cents: sql`${spending.cents} + excluded.cents`,
          },
        })
        .run(),
    )
  }

  /** The times of an agency's real calls to a number since a moment, the earliest first. */
  const dialledSince = function* (agencyId: string, phoneNumber: string, since: number): Work<number[]> {
    const number = yield* hashes.find(phoneNumber)
    if (!number) return []
    return (yield* wait(
      orm
        .select({ at: dialled.at })
        .from(dialled)
        .where(and(eq(dialled.agencyId, agencyId), eq(dialled.number, number), gt(dialled.at, since)))
        .orderBy(dialled.at)
        .all(),
    )).map(({ at }) => at)
  }

  return {
    /** Adds what a change of a call added, in the transaction of the change. */
    *add(environmentId: string, day: string, delta: SpendingDelta) {
      const { calls, seconds, reservedSeconds, cents } = delta
      if (calls !== 0 || seconds !== 0 || reservedSeconds !== 0)
        yield* add(environmentId, day, '', { calls, seconds, reservedSeconds, cents: 0 })
      for (const [currency, amount] of Object.entries(cents))
        if (amount !== 0)
          yield* add(environmentId, day, currency, {
            calls: 0,
            seconds: 0,
            reservedSeconds: 0,
            cents: amount,
          })
    },

    /**
     * The sums of an environment, or of all environments of an agency, over the calls of the days from `first` to `last`.
     */
    *sum(of: SpendingOwner, { first, last }: Days, now: number): Work<Spent> {
      const own =
        'environmentId' in of
          ? [of.environmentId]
          : (yield* wait(
              orm
                .select({ id: environments.id })
                .from(environments)
                .where(eq(environments.agencyId, of.agencyId))
                .all(),
            )).map(({ id }) => id)
      const underWay = yield* wait(
        orm
          .select({ seconds: sql<number>`coalesce(sum(max(0, ${now} - ${callRows.answeredAt})), 0) / 1000` })
          .from(callRows)
          .where(
            and(
              inArray(callRows.environmentId, own),
              isNull(callRows.endedAt),
              gte(callRows.spendingDay, first),
              lte(callRows.spendingDay, last),
            ),
          )
          .get(),
      )
      const rows = yield* wait(
        orm
          .select({
            currency: spending.currency,
            calls: sql<number>`sum(${spending.calls})`,
            seconds: sql<number>`sum(${spending.seconds})`,
            reservedSeconds: sql<number>`sum(${spending.reservedSeconds})`,
            cents: sql<number>`sum(${spending.cents})`,
          })
          .from(spending)
          .where(and(inArray(spending.environmentId, own), gte(spending.day, first), lte(spending.day, last)))
          .groupBy(spending.currency)
          .all(),
      )
      const counted = rows.find(({ currency }) => currency === '')
      return {
        calls: counted?.calls ?? 0,
        seconds: counted?.seconds ?? 0,
        underWaySeconds: underWay?.seconds ?? 0,
        reservedSeconds: counted?.reservedSeconds ?? 0,
        cents: Object.fromEntries(
          rows.filter(({ currency }) => currency !== '').map(({ currency, cents }) => [currency, cents]),
        ),
      }
    },

    /** The cost of each day from `first` on, by currency, in an agency or in all. */
    *costByDay(first: string, agencyId?: string): Work<{ day: string; currency: string; cents: number }[]> {
      const own =
        agencyId === undefined
          ? undefined
          : inArray(
              spending.environmentId,
              orm
                .select({ id: environments.id })
                .from(environments)
                .where(eq(environments.agencyId, agencyId)),
            )
      return yield* wait(
        orm
          .select({
            day: spending.day,
            currency: spending.currency,
            cents: sql<number>`sum(${spending.cents})`,
          })
          .from(spending)
          .where(and(gte(spending.day, first), gt(spending.currency, ''), own))
          .groupBy(spending.day, spending.currency)
          .all(),
      )
    },

    /** Remembers a real call by its number, in the transaction that stores the call. */
    *dial({ id, agencyId, environmentId, phoneNumber, createdAt }: DialledCall) {
      const isNew = (yield* dialledSince(agencyId, phoneNumber, createdAt - dayMs)).length === 0
      const row = { callId: id, agencyId, environmentId, at: createdAt, isNew }
      yield* wait(
        orm
          .insert(dialled)
          .values({ ...row, number: yield* hashes.of(phoneNumber) })
          .run(),
      )
    },

    dialledSince,

    /** The number of an environment's calls since a moment to numbers that were new then, counted up to `most`. */
    *newNumbersSince(environmentId: string, since: number, most: number): Work<number> {
      return (yield* wait(
        orm
          .select({ at: dialled.at })
          .from(dialled)
          .where(and(eq(dialled.environmentId, environmentId), sql`is_new`, gt(dialled.at, since)))
          .limit(most)
          .all(),
      )).length
    },
  }
}

const dayMs = 24 * 60 * 60_000

type DialledCall = Pick<Call, 'id' | 'agencyId' | 'environmentId' | 'phoneNumber' | 'createdAt'>

export type SpendingOwner = { agencyId: string } | { environmentId: string }

interface Days {
  first: string
  last: string
}

type Amounts = Record<'calls' | 'seconds' | 'reservedSeconds' | 'cents', number>
