import { eq, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { agents } from './schema.ts'

export type AgentRow = typeof agents.$inferSelect

interface NewAgent {
  name: string
  provider: string
  ref?: string | null
  fromNumber?: string | null
}

export const createAgentStore = ({ orm }: Database) => {
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
    },

    /** Empties an agency's agents. Their rows stay for as long as calls may point to them. */
    removeOf: (agencyId: string) => {
      orm
        .update(agents)
        .set({ name: '', provider: 'simulator', ref: null, fromNumber: null })
        .where(eq(agents.agencyId, agencyId))
        .run()
    },

    find: (id: string): AgentRow | undefined => byId.get({ id }),

    list: (agencyId: string): AgentRow[] =>
      orm
        .select()
        .from(agents)
        .where(eq(agents.agencyId, agencyId))
        .orderBy(agents.createdAt, agents.id)
        .all(),
  }
}
