import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Agent } from '../agencies/agent.ts'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { agents } from './schema.ts'
import { type Work, wait } from '../work.ts'

interface NewAgent {
  name: string
  provider: string
  ref?: string | null
  fromNumber?: string | null
  options?: Record<string, unknown> | null
}

/** Agents. Only the name of a deleted agent can still be found. */
export const createAgentStore = ({ changes, orm }: Database) => {
  const kept = new Cache<Agent>(changes)
  const byId = orm
    .select()
    .from(agents)
    .where(eq(agents.id, sql.placeholder('id')))
    .prepare()

  const row = (id: string): Work<Agent | undefined> => kept.read(id, () => wait(byId.get({ id })))

  const listWhere = (agencyId: string, condition?: SQL): Work<Agent[]> =>
    wait(
      orm
        .select()
        .from(agents)
        .where(and(eq(agents.agencyId, agencyId), condition))
        .orderBy(agents.createdAt, agents.id)
        .all(),
    )

  return {
    *create(agencyId: string, given: NewAgent, now: number): Work<Agent> {
      const agent = {
        id: crypto.randomUUID(),
        agencyId,
        ref: null,
        fromNumber: null,
        options: null,
        ...given,
        createdAt: now,
        deletedAt: null,
      }
      yield* wait(orm.insert(agents).values(agent).run())
      return agent
    },

    /** Takes effect with the next call: a call keeps the fields of its trigger. */
    *change(id: string, given: Required<Omit<NewAgent, 'options'>> & Pick<NewAgent, 'options'>) {
      yield* wait(orm.update(agents).set(given).where(eq(agents.id, id)).run())
      kept.drop(id)
    },

    *delete(id: string, now: number) {
      yield* wait(orm.update(agents).set({ deletedAt: now }).where(eq(agents.id, id)).run())
      kept.drop(id)
    },
    /** Clears an agency's agents. Their rows stay as long as calls may refer to them. */
    *removeOf(agencyId: string) {
      yield* wait(
        orm
          .update(agents)
          .set({ name: '', provider: 'simulator', ref: null, fromNumber: null, options: null })
          .where(eq(agents.agencyId, agencyId))
          .run(),
      )
      kept.clear()
    },

    *find(id: string): Work<Agent | undefined> {
      const agent = yield* row(id)
      return agent?.deletedAt === null ? agent : undefined
    },

    /** The name of an agent, deleted ones included. */
    *nameOf(id: string): Work<string | undefined> {
      return (yield* row(id))?.name
    },

    /** An agency's agents with this name: names are not unique. */
    named: (agencyId: string, name: string): Work<Agent[]> =>
      wait(
        orm
          .select()
          .from(agents)
          .where(and(eq(agents.agencyId, agencyId), eq(agents.name, name), isNull(agents.deletedAt)))
          .limit(2)
          .all(),
      ),

    list: (agencyId: string): Work<Agent[]> => listWhere(agencyId, isNull(agents.deletedAt)),

    /** Includes deleted agents, because calls keep their agent. */
    listEver: (agencyId: string): Work<Agent[]> => listWhere(agencyId),
  }
}
