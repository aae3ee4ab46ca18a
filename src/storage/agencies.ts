import { and, eq, getTableColumns, isNull } from 'drizzle-orm'
import type { Agency, Plan } from '../agencies/agency.ts'
import { environmentNames } from '../agencies/environment.ts'
import type { Database } from './database.ts'
import { nextRevision, raiseRevision } from './environments.ts'
import { agencies, environments } from './schema.ts'

const { deletedAt, ...columns } = getTableColumns(agencies)
const isThere = isNull(deletedAt)

export const createAgencyStore = (database: Database) => {
  const { orm } = database

  /** What admission knows of an agency it knows by its environments. */
  const update = (id: string, change: Partial<typeof agencies.$inferSelect>) =>
    database.transaction(() => {
      orm.update(agencies).set(change).where(eq(agencies.id, id)).run()
      const own = orm
        .select({ id: environments.id })
        .from(environments)
        .where(eq(environments.agencyId, id))
        .all()
      raiseRevision(
        database,
        own.map((environment) => environment.id),
      )
    })

  return {
    /** Makes the agency and its two environments. */
    create: (name: string, plan: Plan, now: number): Agency =>
      database.transaction(() => {
        const agency = { id: Bun.randomUUIDv7(), name, plan, createdAt: now, suspendedAt: null }
        orm.insert(agencies).values(agency).run()
        for (const environment of environmentNames)
          orm
            .insert(environments)
            .values({
              id: Bun.randomUUIDv7(),
              agencyId: agency.id,
              name: environment,
              // Staging never rings a real phone by accident.
              dialsReal: environment === 'production',
              revision: nextRevision,
            })
            .run()
        return agency
      }),

    list: (): Agency[] =>
      orm.select(columns).from(agencies).where(isThere).orderBy(agencies.name, agencies.id).all(),

    /** All that have this name: nothing keeps two from sharing one. */
    named: (name: string): Agency[] =>
      orm
        .select(columns)
        .from(agencies)
        .where(and(eq(agencies.name, name), isThere))
        .limit(2)
        .all(),

    find: (id: string): Agency | undefined =>
      orm
        .select(columns)
        .from(agencies)
        .where(and(eq(agencies.id, id), isThere))
        .get(),

    rename: (id: string, name: string) => update(id, { name }),

    setPlan: (id: string, plan: Plan) => update(id, { plan }),

    suspend: (id: string, now: number) => update(id, { suspendedAt: now }),

    resume: (id: string) => update(id, { suspendedAt: null }),

    /** From now on nobody finds it. Belongs into a transaction with the removal of what it has. */
    remove: (id: string, now: number) =>
      database.transaction(() => {
        orm
          .update(environments)
          .set({ accessEnabled: false, defaultAgentId: null, requestsPerMinute: null, concurrentCalls: null })
          .where(eq(environments.agencyId, id))
          .run()
        update(id, { deletedAt: now })
      }),
  }
}
