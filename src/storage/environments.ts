import { and, eq, inArray, sql } from 'drizzle-orm'
import { type AccessDisabler, strongerDisabler } from '../agencies/access.ts'
import type { Environment, EnvironmentName } from '../agencies/environment.ts'
import type { OwnLimits } from '../limits/limits.ts'
import type { Database } from './database.ts'
import { environments } from './schema.ts'
import { type Work, wait } from '../work.ts'

/** Marks a change of these environments that affects admission. To be called in the transaction of the change. */
export const raiseRevision = function* (database: Database, environmentIds: string[]) {
  database.touchAdmission()
  yield* wait(
    database.orm
      .update(environments)
      .set({ revision: nextRevision })
      .where(inArray(environments.id, environmentIds))
      .run(),
  )
}

export const nextRevision = sql<number>`(select coalesce(max(revision), 0) + 1 from environments)`

export const accessDisabledBy = function* ({ orm }: Database, id: string): Work<AccessDisabler | null> {
  return (
    (yield* wait(
      orm
        .select({ by: environments.accessDisabledBy })
        .from(environments)
        .where(eq(environments.id, id))
        .get(),
    ))?.by ?? null
  )
}

export const createEnvironmentStore = (database: Database) => {
  const { orm } = database
  const names = new Map<string, EnvironmentName>()

  const update = (
    id: string,
    change: Partial<Pick<Environment, 'accessDisabledBy' | 'defaultAgentId' | 'dialsReal'> & OwnLimits>,
  ) =>
    database.transaction(function* () {
      yield* wait(orm.update(environments).set(change).where(eq(environments.id, id)).run())
      yield* raiseRevision(database, [id])
    })

  return {
    /** Production comes first. */
    list: (agencyId: string) =>
      wait(
        orm
          .select()
          .from(environments)
          .where(eq(environments.agencyId, agencyId))
          .orderBy(environments.name)
          .all(),
      ),

    /** The name of an environment, which never changes. */
    *nameOf(id: string): Work<EnvironmentName | undefined> {
      const known = names.get(id)
      if (known !== undefined) return known
      const found = yield* wait(
        orm.select({ name: environments.name }).from(environments).where(eq(environments.id, id)).get(),
      )
      if (found) names.set(id, found.name)
      return found?.name
    },

    *agencyOf(id: string): Work<string | undefined> {
      return (yield* wait(
        orm.select({ of: environments.agencyId }).from(environments).where(eq(environments.id, id)).get(),
      ))?.of
    },

    find: (agencyId: string, name: EnvironmentName) =>
      wait(
        orm
          .select()
          .from(environments)
          .where(and(eq(environments.agencyId, agencyId), eq(environments.name, name)))
          .get(),
      ),

    /** Disables API access; the key stays. False where somebody as strong had disabled it before. */
    disableAccess: (id: string, by: AccessDisabler): Work<boolean> =>
      database.transaction(function* () {
        const before = yield* accessDisabledBy(database, id)
        const after = strongerDisabler(before, by)
        if (after !== before) yield* update(id, { accessDisabledBy: after })
        return after !== before
      }),

    enableAccess: (id: string) => update(id, { accessDisabledBy: null }),

    /** Switches between the agents' providers and the simulator. */
    setDialsReal: (id: string, dialsReal: boolean) => update(id, { dialsReal }),

    /** Sets limits of the environment; null restores the server's, a missing limit keeps its value. */
    setLimits: (id: string, limits: Partial<OwnLimits>) => update(id, limits),

    setDefaultAgent: (id: string, defaultAgentId: string | null) => update(id, { defaultAgentId }),
  }
}
