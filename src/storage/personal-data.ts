import { and, eq, inArray, isNotNull, isNull, not, or, sql } from 'drizzle-orm'
import { type Call, forgotten } from '../calls/call.ts'
import { forgottenPayload } from '../webhooks/event.ts'
import { isStillRunning } from './calls.ts'
import type { Database } from './database.ts'
import { calls, deliveries, deliveryAttempts, idempotencyKeys } from './schema.ts'
import { wait, type Work } from '../work.ts'

/** The most calls changed in one commit, which bounds how long a server waits for it. */
const callsAtOnce = 50

/** Erases the personal data of calls by phone number. */
export const createPersonalData = ({ orm }: Database) => {
  const ofNumber = (phoneNumber: string, agencyId: string) =>
    and(eq(calls.phoneNumber, phoneNumber), eq(calls.agencyId, agencyId))

  const forgetCall = function* (call: Call) {
    yield* wait(orm.update(calls).set(forgotten(call)).where(eq(calls.id, call.id)).run())
    const told = yield* wait(orm.select().from(deliveries).where(eq(deliveries.callId, call.id)).all())
    for (const { id, payload } of told) {
      yield* wait(
        orm
          .update(deliveries)
          .set({ payload: forgottenPayload(payload), lastAnswer: null })
          .where(eq(deliveries.id, id))
          .run(),
      )
      yield* wait(
        orm.update(deliveryAttempts).set({ answer: null }).where(eq(deliveryAttempts.deliveryId, id)).run(),
      )
    }
    yield* forgetKey(call)
    return told.length
  }

  /** The key stays, with a hash that no request has: a retry is rejected and places no call. */
  const forgetKey = function* ({ id, phoneNumber, email }: Call) {
    const ofCall = eq(idempotencyKeys.callId, id)
    yield* wait(orm.update(idempotencyKeys).set({ fingerprint: '' }).where(ofCall).run())
    yield* wait(
      orm
        .delete(idempotencyKeys)
        .where(and(ofCall, or(holds(digitsOf(phoneNumber)), email === null ? undefined : holds(email))))
        .run(),
    )
  }

  return {
    /** The agencies with calls to the number, and the number of these calls. */
    agenciesWith: (phoneNumber: string): Work<{ agencyId: string; calls: number }[]> =>
      wait(
        orm
          .select({ agencyId: calls.agencyId, calls: sql<number>`count(*)` })
          .from(calls)
          .where(eq(calls.phoneNumber, phoneNumber))
          .groupBy(calls.agencyId)
          .all(),
      ),

    /** Calls to the number that are active or still running, or whose provider has not hung up yet. */
    callsUnderWay: (phoneNumber: string): Work<Pick<Call, 'id' | 'agencyId'>[]> =>
      wait(
        orm
          .select({ id: calls.id, agencyId: calls.agencyId })
          .from(calls)
          .where(
            and(
              eq(calls.phoneNumber, phoneNumber),
              or(isNull(calls.endedAt), eq(calls.hangUpPending, true), isStillRunning),
            ),
          )
          .all(),
      ),

    /** The next calls to erase. */
    *next(phoneNumber: string, agencyId: string): Work<string[]> {
      return (yield* wait(
        orm
          .select({ id: calls.id })
          .from(calls)
          .where(
            and(
              ofNumber(phoneNumber, agencyId),
              isNotNull(calls.endedAt),
              eq(calls.hangUpPending, false),
              not(isStillRunning),
            ),
          )
          .limit(callsAtOnce)
          .all(),
      )).map(({ id }) => id)
    },

    /**
     * Erases the personal data of these calls, their deliveries and Idempotency-Keys; returns the number of deliveries.
     */
    *forget(ids: string[]): Work<number> {
      let removed = 0
      for (const call of yield* wait(orm.select().from(calls).where(inArray(calls.id, ids)).all()))
        removed += yield* forgetCall(call)
      return removed
    },
  }
}

/** Idempotency-Keys, which integrators may derive from the phone number. */
const holds = (text: string) => sql`instr(${idempotencyKeys.key}, ${text}) > 0`

const digitsOf = (phoneNumber: string) => phoneNumber.slice(1)
