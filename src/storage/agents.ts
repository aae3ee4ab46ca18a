import { eq, sql } from 'drizzle-orm'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { agents } from './schema.ts'

export type AgentRow = typeof agents.$inferSelect

interface NewAgent {
  name: string
  provider: string
  ref?: string | null
  fromNumber?: string | null
}

export const createAgentStore = ({ changes, orm }: Database) => {
  const kept = new Cache<AgentRow>(changes)
  const byId = orm
    .select()
    .from(agents)
    .where(eq(agents.id, sql.placeholder('id')))
    .prepare()

  return {
    create: (agencyId: string, given: NewAgent, now: number): AgentRow => {
      const agent = {
        id: crypto.randomUUID(),
        agencyId,
        ref: null,
        fromNumber: null,
        ...given,
        createdAt: now,
      }
      orm.insert(agents).values(agent).run()
      return agent
    },

    /** Holds from the next call on: a call keeps what it was triggered with. */
    change: (id: string, given: Required<NewAgent>) => {
      orm.update(agents).set(given).where(eq(agents.id, id)).run()
      kept.drop(id)
    },

    find: (id: string): AgentRow | undefined => kept.read(id, () => byId.get({ id })),

    list: (agencyId: string): AgentRow[] =>
      orm
        .select()
        .from(agents)
        .where(eq(agents.agencyId, agencyId))
        .orderBy(agents.createdAt, agents.id)
        .all(),
  }
}
