import { and, count, desc, eq, exists, gt, inArray, lte, or, sql } from 'drizzle-orm'
import type { FactorAudience } from '../people/factor.ts'
import type { Person, Session } from '../people/person.ts'
import type { FoundSession } from '../people/sessions.ts'
import type { Database } from './database.ts'
import { deleteFactorsOf } from './factors.ts'
import { endLinksOf } from './invitations.ts'
import { agencies, factors, invitations, people, sessions, setupTokens, signInPolicy } from './schema.ts'
import { type Work, wait } from '../work.ts'

/** The accounts of the dashboard, their sessions, and the setup token for the first one. */
export const createPeopleStore = (database: Database) => {
  const { orm } = database

  const anyone = function* () {
    return ((yield* wait(orm.select({ people: count() }).from(people).get()))?.people ?? 0) > 0
  }

  const hasFactor = sql<boolean>`${exists(
    orm.select({ id: factors.id }).from(factors).where(eq(factors.personId, people.id)),
  )}`

  const closeSessions = function* (personId: string) {
    yield* wait(orm.delete(sessions).where(eq(sessions.personId, personId)).run())
  }

  return {
    anyone,
    closeSessions,

    findByEmail: (email: string) => wait(orm.select().from(people).where(eq(people.email, email)).get()),

    find: (id: string) => wait(orm.select().from(people).where(eq(people.id, id)).get()),

    /** All people, operators first. */
    list: () =>
      wait(
        orm
          .select({ person: people, agencyName: agencies.name, hasFactor: hasFactor.mapWith(Boolean) })
          .from(people)
          .leftJoin(agencies, eq(agencies.id, people.agencyId))
          .orderBy(desc(people.role), people.email)
          .all(),
      ),

    /** Removes a person, their sessions and the links that they made; false for the last operator, who stays. */
    remove: ({ id, role }: Pick<Person, 'id' | 'role'>) =>
      database.transaction(function* () {
        const operators = yield* wait(orm.select().from(people).where(eq(people.role, 'operator')).all())
        if (role === 'operator' && operators.length === 1) return false
        yield* closeSessions(id)
        yield* endLinksOf(database, id)
        yield* deleteFactorsOf(database, [id])
        yield* wait(orm.delete(people).where(eq(people.id, id)).run())
        return true
      }),

    /** Removes an agency's admins, their sessions and all open links. */
    removeOf: (agencyId: string) =>
      database.transaction(function* () {
        const own = orm.select({ id: people.id }).from(people).where(eq(people.agencyId, agencyId))
        yield* wait(orm.delete(sessions).where(inArray(sessions.personId, own)).run())
        yield* deleteFactorsOf(database, own)
        yield* wait(
          orm
            .delete(invitations)
            .where(or(eq(invitations.agencyId, agencyId), inArray(invitations.personId, own)))
            .run(),
        )
        yield* wait(orm.delete(people).where(eq(people.agencyId, agencyId)).run())
      }),

    /**
     * Replaces the password that the person was read with, and ends all their sessions, the links to their account and
     * those that they made. False when it was replaced in the meantime, or the person removed.
     */
    changePassword: ({ id, passwordHash: before }: Person, passwordHash: string) =>
      database.transaction(function* () {
        const asFound = and(eq(people.id, id), eq(people.passwordHash, before))
        const changed = yield* wait(orm.update(people).set({ passwordHash }).where(asFound).returning().get())
        if (!changed) return false
        yield* closeSessions(id)
        yield* endLinksOf(database, id)
        return true
      }),

    *setTimeZone(id: string, timeZone: string | null) {
      yield* wait(orm.update(people).set({ timeZone }).where(eq(people.id, id)).run())
    },

    /** Replaces the setup token. */
    setSetupToken: (hash: string, expiresAt: number) =>
      database.transaction(function* () {
        yield* wait(orm.delete(setupTokens).run())
        yield* wait(orm.insert(setupTokens).values({ hash, expiresAt }).run())
      }),

    *hasSetupToken(hash: string, now: number) {
      const token = yield* wait(
        orm
          .select()
          .from(setupTokens)
          .where(and(eq(setupTokens.hash, hash), gt(setupTokens.expiresAt, now)))
          .get(),
      )
      return token !== undefined && !(yield* anyone())
    },

    /** Creates the first person and uses up the token in one transaction: of two at once, one fails. */
    setUp: (hash: string, person: Pick<Person, 'email' | 'passwordHash'>, now: number) =>
      database.transaction(function* () {
        const { changes } = (yield* wait(
          orm
            .delete(setupTokens)
            .where(and(eq(setupTokens.hash, hash), gt(setupTokens.expiresAt, now)))
            .run(),
        )) as unknown as { changes: number }
        if (changes === 0 || (yield* anyone())) return undefined
        const made: Person = {
          id: Bun.randomUUIDv7(),
          role: 'operator',
          agencyId: null,
          timeZone: null,
          createdAt: now,
          ...person,
        }
        yield* wait(orm.insert(people).values(made).run())
        return made
      }),

    *openSession(session: Session) {
      yield* wait(orm.insert(sessions).values(session).run())
    },

    findSession: (hash: string): Work<FoundSession | undefined> =>
      wait(
        orm
          .select({ session: sessions, person: people, hasFactor: hasFactor.mapWith(Boolean) })
          .from(sessions)
          .innerJoin(people, eq(people.id, sessions.personId))
          .where(eq(sessions.hash, hash))
          .get(),
      ),

    /** The people who need a second factor. */
    *factorAudience(): Work<FactorAudience> {
      return (yield* wait(orm.select().from(signInPolicy).get()))?.secondFactor ?? 'nobody'
    },

    *setFactorAudience(secondFactor: FactorAudience) {
      yield* wait(
        orm
          .insert(signInPolicy)
          .values({ id: 1, secondFactor })
          .onConflictDoUpdate({ target: signInPolicy.id, set: { secondFactor } })
          .run(),
      )
    },

    *touchSession(hash: string, seenAt: number) {
      yield* wait(orm.update(sessions).set({ seenAt }).where(eq(sessions.hash, hash)).run())
    },

    /** Gives a session a new token. One that has ended in the meantime stays ended. */
    *renewSession(hash: string, renewed: Pick<Session, 'hash' | 'confirmedAt' | 'secondFactorAt'>) {
      yield* wait(orm.update(sessions).set(renewed).where(eq(sessions.hash, hash)).run())
    },

    *closeSession(hash: string) {
      yield* wait(orm.delete(sessions).where(eq(sessions.hash, hash)).run())
    },

    /** All sessions of a person, the last used first. */
    sessionsOf: (personId: string) =>
      wait(
        orm
          .select()
          .from(sessions)
          .where(eq(sessions.personId, personId))
          .orderBy(desc(sessions.seenAt), desc(sessions.createdAt))
          .all(),
      ),

    /** Ends one session of the person, or all; returns how many. */
    *endSessions(personId: string, hash?: string) {
      const which = and(
        eq(sessions.personId, personId),
        hash === undefined ? undefined : eq(sessions.hash, hash),
      )
      return (yield* wait(orm.delete(sessions).where(which).returning({ hash: sessions.hash }).all())).length
    },

    /** Removes sessions that are over, also those from the future of a clock that was set back. */
    *dropSessions({
      createdBefore,
      seenBefore,
      now,
    }: {
      createdBefore: number
      seenBefore: number
      now: number
    }) {
      const over = [lte(sessions.createdAt, createdBefore), lte(sessions.seenAt, seenBefore)]
      const future = [gt(sessions.createdAt, now), gt(sessions.seenAt, now)]
      yield* wait(
        orm
          .delete(sessions)
          .where(or(...over, ...future))
          .run(),
      )
    },
  }
}
