import { and, eq, inArray } from 'drizzle-orm'
import type { PolicyOwners } from '../calls/check-policy.ts'
import { type Author, type Level, noRules, type Rules, type RuleSet } from '../policy/rules.ts'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { policies } from './schema.ts'
import { type Work, wait } from '../work.ts'

/** The owner of the rules of the whole gate, beside agencies and environments. */
const gateOwner = 'gate'

/** The rules by owner and author. Those of an environment are cached: every real call asks them twice. */
export const createPolicyStore = ({ orm, changes }: Database) => {
  const cached = new Cache<RuleSet[]>(changes)

  const levelOf = (ownerId: string, { agencyId }: PolicyOwners): Level =>
    ownerId === gateOwner ? 'gate' : ownerId === agencyId ? 'agency' : 'environment'

  const ownerOf = ({ agencyId, environmentId }: PolicyOwners) => environmentId ?? agencyId ?? gateOwner

  return {
    /** All rule sets that concern an environment; of an agency without one, of the gate without either. */
    *sets(owners: PolicyOwners): Work<readonly RuleSet[]> {
      const load = function* () {
        const ids = [gateOwner, owners.agencyId, owners.environmentId].filter((id) => id !== null)
        const rows = yield* wait(orm.select().from(policies).where(inArray(policies.ownerId, ids)).all())
        return rows.map(({ ownerId, author, rules }) => ({
          level: levelOf(ownerId, owners),
          author,
          // A rule that is newer than the row says nothing in it.
          rules: { ...noRules, ...rules },
        }))
      }
      return (yield* cached.read(ownerOf(owners), load)) ?? []
    },

    /** Replaces the rules of one author at one level. */
    *set(owners: PolicyOwners, author: Author, rules: Rules, now: number) {
      const row = { ownerId: ownerOf(owners), author, rules, changedAt: now }
      yield* wait(
        orm
          .insert(policies)
          .values(row)
          .onConflictDoUpdate({
            target: [policies.ownerId, policies.author],
            set: { rules, changedAt: now },
          })
          .run(),
      )
      cached.clear()
    },

    /** The rules of one author at one level, as they were set. */
    *find(owners: PolicyOwners, author: Author): Work<Rules | undefined> {
      const row = yield* wait(
        orm
          .select()
          .from(policies)
          .where(and(eq(policies.ownerId, ownerOf(owners)), eq(policies.author, author)))
          .get(),
      )
      return row && { ...noRules, ...row.rules }
    },
  }
}
