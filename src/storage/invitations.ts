import { and, desc, eq, gt, isNotNull, isNull, lte, or } from 'drizzle-orm'
import type { Invitation, Person } from '../people/person.ts'
import type { Database } from './database.ts'
import { agencies, invitations, people, sessions } from './schema.ts'
import { type Work, wait } from '../work.ts'

/** Ends the links to a person's new password, and those that the person or admin token made. */
export const endLinksOf = function* ({ orm }: Pick<Database, 'orm'>, id: string) {
  yield* wait(
    orm
      .delete(invitations)
      .where(or(eq(invitations.personId, id), eq(invitations.createdById, id)))
      .run(),
  )
}

/** Single-use links, found by the hash of their token: invitations, and links to a new password. */
export const createInvitationStore = (database: Database) => {
  const { orm } = database

  const valid = (hash: string, now: number) => and(eq(invitations.hash, hash), gt(invitations.expiresAt, now))

  const joined = () =>
    orm
      .select({
        hash: invitations.hash,
        email: invitations.email,
        role: invitations.role,
        createdBy: invitations.createdBy,
        createdAt: invitations.createdAt,
        expiresAt: invitations.expiresAt,
        agencyName: agencies.name,
      })
      .from(invitations)
      .leftJoin(agencies, eq(agencies.id, invitations.agencyId))

  return {
    /** Stores a link. It replaces older ones to the same account. */
    add: (invitation: Invitation) =>
      database.transaction(function* () {
        yield* wait(orm.delete(invitations).where(lte(invitations.expiresAt, invitation.createdAt)).run())
        yield* wait(orm.delete(invitations).where(eq(invitations.email, invitation.email)).run())
        yield* wait(orm.insert(invitations).values(invitation).run())
      }),

    /** Finds an invitation that is still valid. */
    find: (hash: string, now: number) =>
      wait(
        joined()
          .where(and(valid(hash, now), isNull(invitations.personId)))
          .get(),
      ),

    /** Finds a link to a new password that is still valid. */
    findReset: (hash: string, now: number) =>
      wait(
        joined()
          .where(and(valid(hash, now), isNotNull(invitations.personId)))
          .get(),
      ),

    /** The open invitations, newest first. */
    pending: (now: number) =>
      wait(
        joined()
          .where(and(gt(invitations.expiresAt, now), isNull(invitations.personId)))
          .orderBy(desc(invitations.createdAt), invitations.hash)
          .all(),
      ),

    /** Revokes an invitation and returns it. */
    revoke: (hash: string) =>
      wait(
        orm
          .delete(invitations)
          .where(and(eq(invitations.hash, hash), isNull(invitations.personId)))
          .returning()
          .get(),
      ),

    /**
     * Creates the account and uses up the invitation in one transaction; "taken" when its e-mail address has got an
     * account in the meantime.
     */
    accept: (hash: string, passwordHash: string, now: number) =>
      database.transaction(function* (): Work<Person | 'taken' | undefined> {
        const open = and(valid(hash, now), isNull(invitations.personId))
        const invitation = yield* wait(orm.select().from(invitations).where(open).get())
        if (!invitation) return undefined
        const { email, role, agencyId } = invitation
        if (yield* wait(orm.select().from(people).where(eq(people.email, email)).get())) return 'taken'
        yield* wait(orm.delete(invitations).where(eq(invitations.hash, hash)).run())
        const account = { email, role, agencyId, passwordHash, timeZone: null }
        const made = { id: Bun.randomUUIDv7(), ...account, createdAt: now }
        yield* wait(orm.insert(people).values(made).run())
        return made
      }),

    /** Sets the new password, uses up the link and ends all sessions of the person in one transaction. */
    acceptReset: (hash: string, passwordHash: string, now: number) =>
      database.transaction(function* (): Work<Person | undefined> {
        const link = and(valid(hash, now), isNotNull(invitations.personId))
        const used = yield* wait(orm.delete(invitations).where(link).returning().get())
        if (!used?.personId) return undefined
        yield* endLinksOf(database, used.personId)
        yield* wait(orm.delete(sessions).where(eq(sessions.personId, used.personId)).run())
        return yield* wait(
          orm.update(people).set({ passwordHash }).where(eq(people.id, used.personId)).returning().get(),
        )
      }),
  }
}
