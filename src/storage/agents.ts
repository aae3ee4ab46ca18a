import { eq, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { agents } from './schema.ts'

export type AgentRow = typeof agents.$inferSelect

export const createAgentStore = ({ orm }: Database) => {
  const byId = orm
    .select()
    .from(agents)
    .where(eq(agents.id, sql.placeholder('id')))
    .prepare()

  return {
    create: (agencyId: string, name: string, provider: string, now: number): AgentRow => {
      const agent = { id: crypto.randomUUID(), agencyId, name, provider, createdAt: now }
      orm.insert(agents).values(agent).run()
      return agent
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
