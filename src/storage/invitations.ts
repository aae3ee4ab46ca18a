import { and, desc, eq, gt, isNotNull, isNull, lte } from 'drizzle-orm'
import type { Invitation, Person } from '../people/person.ts'
import type { Database } from './database.ts'
import { agencies, invitations, people, sessions } from './schema.ts'

/** Single-use links, found by the hash of their token: invitations, and links to a new password. */
export const createInvitationStore = (database: Database) => {
  const { orm } = database

  const valid = (hash: string, now: number) => and(eq(invitations.hash, hash), gt(invitations.expiresAt, now))

  const joined = () =>
    orm
      .select({
        hash: invitations.hash,
        role: invitations.role,
        createdAt: invitations.createdAt,
        expiresAt: invitations.expiresAt,
        agencyName: agencies.name,
        email: people.email,
      })
      .from(invitations)
      .leftJoin(agencies, eq(agencies.id, invitations.agencyId))
      .leftJoin(people, eq(people.id, invitations.personId))

  return {
    /** Stores a link. A new link to a person's new password replaces the older one. */
    add: (invitation: Invitation) =>
      database.transaction(() => {
        orm.delete(invitations).where(lte(invitations.expiresAt, invitation.createdAt)).run()
        if (invitation.personId !== null)
          orm.delete(invitations).where(eq(invitations.personId, invitation.personId)).run()
        orm.insert(invitations).values(invitation).run()
      }),

    /** Finds an invitation that is still valid. */
    find: (hash: string, now: number) =>
      joined()
        .where(and(valid(hash, now), isNull(invitations.personId)))
        .get(),

    /** Finds a link to a new password that is still valid. */
    findReset: (hash: string, now: number) =>
      joined()
        .where(and(valid(hash, now), isNotNull(invitations.personId)))
        .get(),

    /** The open invitations, newest first. */
    pending: (now: number) =>
      joined()
        .where(and(gt(invitations.expiresAt, now), isNull(invitations.personId)))
        .orderBy(desc(invitations.createdAt), invitations.hash)
        .all(),

    /** Revokes an invitation and returns it. */
    revoke: (hash: string) =>
      orm
        .delete(invitations)
        .where(and(eq(invitations.hash, hash), isNull(invitations.personId)))
        .returning()
        .get(),

    /**
     * Creates the account and uses up the invitation in one transaction; "taken" when the e-mail address has an
     * account.
     */
    accept: (hash: string, account: Pick<Person, 'email' | 'passwordHash'>, now: number) =>
      database.transaction((): Person | 'taken' | undefined => {
        const open = and(valid(hash, now), isNull(invitations.personId))
        const invitation = orm.select().from(invitations).where(open).get()
        if (!invitation) return undefined
        if (orm.select().from(people).where(eq(people.email, account.email)).get()) return 'taken'
        orm.delete(invitations).where(eq(invitations.hash, hash)).run()
        const { role, agencyId } = invitation
        const made = { id: Bun.randomUUIDv7(), role, agencyId, createdAt: now, ...account }
        orm.insert(people).values(made).run()
        return made
      }),

    /** Sets the new password, uses up the link and ends all sessions of the person in one transaction. */
    acceptReset: (hash: string, passwordHash: string, now: number) =>
      database.transaction((): Person | undefined => {
        const link = and(valid(hash, now), isNotNull(invitations.personId))
        const used = orm.delete(invitations).where(link).returning().get()
        if (!used?.personId) return undefined
        orm.delete(sessions).where(eq(sessions.personId, used.personId)).run()
        return orm.update(people).set({ passwordHash }).where(eq(people.id, used.personId)).returning().get()
      }),
  }
}
