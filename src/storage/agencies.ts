import { eq } from 'drizzle-orm'
import { environmentNames, type Plan } from '../keys/keyring.ts'
import type { Database } from './database.ts'
import { nextRevision, raiseRevision } from './environments.ts'
import { agencies, environments } from './schema.ts'

export type Agency = typeof agencies.$inferSelect

export const createAgencyStore = (database: Database) => {
  const { orm } = database

  /** What admission knows of an agency it knows by its environments. */
  const update = (id: string, change: Partial<Pick<Agency, 'name' | 'plan'>>) =>
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
        const agency = { id: Bun.randomUUIDv7(), name, plan, createdAt: now }
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

    list: () => orm.select().from(agencies).orderBy(agencies.name, agencies.id).all(),

    /** All that have this name: nothing keeps two from sharing one. */
    named: (name: string) => orm.select().from(agencies).where(eq(agencies.name, name)).limit(2).all(),

    find: (id: string) => orm.select().from(agencies).where(eq(agencies.id, id)).get(),

    rename: (id: string, name: string) => update(id, { name }),

    setPlan: (id: string, plan: Plan) => update(id, { plan }),
  }
}
