import { and, eq, getTableColumns, isNull } from 'drizzle-orm'
import type { Agency, Plan } from '../agencies/agency.ts'
import { environmentNames } from '../agencies/environment.ts'
import type { Database } from './database.ts'
import { nextRevision, raiseRevision } from './environments.ts'
import { agencies, environments } from './schema.ts'
import { type Work, wait } from '../work.ts'

const { deletedAt, ...columns } = getTableColumns(agencies)
const isThere = isNull(deletedAt)

export const createAgencyStore = (database: Database) => {
  const { orm } = database

  /** Changes an agency and raises the revisions of its environments, by which admission sees the change. */
  const update = (id: string, change: Partial<typeof agencies.$inferSelect>) =>
    database.transaction(function* () {
      yield* wait(orm.update(agencies).set(change).where(eq(agencies.id, id)).run())
      const own = yield* wait(
        orm.select({ id: environments.id }).from(environments).where(eq(environments.agencyId, id)).all(),
      )
      yield* raiseRevision(
        database,
        own.map((environment) => environment.id),
      )
    })

  return {
    /** Creates an agency with its two environments. */
    create: (name: string, plan: Plan, now: number): Work<Agency> =>
      database.transaction(function* () {
        const agency = { id: Bun.randomUUIDv7(), name, plan, createdAt: now, suspendedAt: null }
        yield* wait(orm.insert(agencies).values(agency).run())
        for (const environment of environmentNames)
          yield* wait(
            orm
              .insert(environments)
              .values({
                id: Bun.randomUUIDv7(),
                agencyId: agency.id,
                name: environment,
                // Staging uses the simulator until an operator changes that.
                dialsReal: environment === 'production',
                revision: nextRevision,
              })
              .run(),
          )
        return agency
      }),

    list: (): Work<Agency[]> =>
      wait(orm.select(columns).from(agencies).where(isThere).orderBy(agencies.name, agencies.id).all()),

    /** All agencies with this name: names are not unique. */
    named: (name: string): Work<Agency[]> =>
      wait(
        orm
          .select(columns)
          .from(agencies)
          .where(and(eq(agencies.name, name), isThere))
          .limit(2)
          .all(),
      ),

    find: (id: string): Work<Agency | undefined> =>
      wait(
        orm
          .select(columns)
          .from(agencies)
          .where(and(eq(agencies.id, id), isThere))
          .get(),
      ),

    rename: (id: string, name: string) => update(id, { name }),

    setPlan: (id: string, plan: Plan) => update(id, { plan }),

    suspend: (id: string, now: number) => update(id, { suspendedAt: now }),

    resume: (id: string) => update(id, { suspendedAt: null }),

    /** Marks the agency as deleted. To be called in the transaction that removes its data. */
    remove: (id: string, now: number) =>
      database.transaction(function* () {
        yield* wait(
          orm
            .update(environments)
            .set({
              accessDisabledBy: 'operator',
              defaultAgentId: null,
              requestsPerMinute: null,
              concurrentCalls: null,
            })
            .where(eq(environments.agencyId, id))
            .run(),
        )
        yield* update(id, { deletedAt: now })
      }),
  }
}
