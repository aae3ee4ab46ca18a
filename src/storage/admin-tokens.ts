import { and, desc, eq, getTableColumns, isNull } from 'drizzle-orm'
import type { AdminToken } from '../people/admin-token.ts'
import type { Database } from './database.ts'
import { endLinksOf } from './invitations.ts'
import { adminTokens, agencies } from './schema.ts'
import { type Work, wait } from '../work.ts'

/** Admin tokens, found by the hash of their secret. */
export const createAdminTokenStore = (database: Database) => {
  const { orm } = database
  return {
    *add(token: AdminToken) {
      yield* wait(orm.insert(adminTokens).values(token).run())
    },

    findByHash: (hash: string): Work<AdminToken | undefined> =>
      wait(orm.select().from(adminTokens).where(eq(adminTokens.hash, hash)).get()),

    find: (id: string): Work<AdminToken | undefined> =>
      wait(orm.select().from(adminTokens).where(eq(adminTokens.id, id)).get()),

    /** The tokens that are not revoked, newest first, each with its agency's name. */
    list: () =>
      wait(
        orm
          .select({ ...getTableColumns(adminTokens), agencyName: agencies.name })
          .from(adminTokens)
          .leftJoin(agencies, eq(agencies.id, adminTokens.agencyId))
          .where(isNull(adminTokens.revokedAt))
          .orderBy(desc(adminTokens.createdAt), adminTokens.id)
          .all(),
      ),

    /** Ends a token, and the links that it made. False when it was revoked before. */
    revoke: (id: string, now: number) =>
      database.transaction(function* () {
        yield* endLinksOf(database, id)
        const valid = and(eq(adminTokens.id, id), isNull(adminTokens.revokedAt))
        return (
          (yield* wait(orm.update(adminTokens).set({ revokedAt: now }).where(valid).returning().get())) !==
          undefined
        )
      }),

    /** Removes the tokens of an agency. */
    *removeOf(agencyId: string) {
      yield* wait(orm.delete(adminTokens).where(eq(adminTokens.agencyId, agencyId)).run())
    },

    *touch(id: string, now: number) {
      yield* wait(orm.update(adminTokens).set({ lastUsedAt: now }).where(eq(adminTokens.id, id)).run())
    },
  }
}
