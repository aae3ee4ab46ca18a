import { and, eq, sql } from 'drizzle-orm'
import type { NewAccount } from '../providers/account.ts'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { providerAccounts } from './schema.ts'
import type { Binding, Vault } from './vault.ts'
import { type Work, wait } from '../work.ts'

export type AccountRow = typeof providerAccounts.$inferSelect

/** Agencies' accounts at providers. Credentials are passed in clear and stored encrypted. */
export const createAccountStore = (database: Database, vault: Vault) => {
  const { changes, orm } = database
  const kept = new Cache<AccountRow>(changes)
  const ids = new Cache<string | null>(changes)
  const byAgency = orm
    .select({ id: providerAccounts.id })
    .from(providerAccounts)
    .where(
      and(
        eq(providerAccounts.agencyId, sql.placeholder('agencyId')),
        eq(providerAccounts.provider, sql.placeholder('provider')),
      ),
    )
    .prepare()
  const idOf = function* (agencyId: string, provider: string) {
    return (
      (yield* ids.read(`${agencyId} ${provider}`, function* () {
        return (yield* wait(byAgency.get({ agencyId, provider })))?.id ?? null
      })) ?? undefined
    )
  }

  const byId = orm
    .select()
    .from(providerAccounts)
    .where(eq(providerAccounts.id, sql.placeholder('id')))
    .prepare()

  const dropKept = (id: string) => {
    kept.drop(id)
    ids.clear()
  }

  const put = function* (
    { agencyId, provider, baseUrl, credentials }: NewAccount,
    now: number,
  ): Work<AccountRow> {
    const id = (yield* idOf(agencyId, provider)) ?? Bun.randomUUIDv7()
    const row: AccountRow = {
      id,
      agencyId,
      provider,
      baseUrl,
      sealed: vault.seal(JSON.stringify(credentials), accountBinding({ id, agencyId, provider, baseUrl })),
      hints: Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, hintOf(value)])),
      savedAt: now,
    }
    yield* wait(
      orm
        .insert(providerAccounts)
        .values(row)
        .onConflictDoUpdate({ target: providerAccounts.id, set: row })
        .run(),
    )
    dropKept(id)
    return row
  }

  return {
    idOf,

    /**
     * Saves an account, and replaces the agency's earlier one at that provider under the same id. Of two saves at once,
     * even in two processes, the later one is stored whole.
     */
    save: (account: NewAccount, now: number): Work<AccountRow> =>
      database.transaction(() => put(account, now)),

    findFor: (agencyId: string, provider: string): Work<AccountRow | undefined> =>
      wait(
        orm
          .select()
          .from(providerAccounts)
          .where(and(eq(providerAccounts.agencyId, agencyId), eq(providerAccounts.provider, provider)))
          .get(),
      ),

    find: (id: string): Work<AccountRow | undefined> => kept.read(id, () => wait(byId.get({ id }))),

    list: (agencyId: string): Work<AccountRow[]> =>
      wait(
        orm
          .select()
          .from(providerAccounts)
          .where(eq(providerAccounts.agencyId, agencyId))
          .orderBy(providerAccounts.provider)
          .all(),
      ),

    *remove(id: string) {
      yield* wait(orm.delete(providerAccounts).where(eq(providerAccounts.id, id)).run())
      dropKept(id)
    },

    /** Decrypts the credentials of an account. Throws `SealBroken` under another secret, or for another base URL. */
    open: (account: AccountRow) =>
      JSON.parse(vault.open(account.sealed, accountBinding(account))) as Record<string, string>,
  }
}

/** Binds credentials to their account, its agency, and the provider and address that they are sent to. */
export const accountBinding = ({
  id,
  agencyId,
  provider,
  baseUrl,
}: Pick<AccountRow, 'id' | 'agencyId' | 'provider' | 'baseUrl'>): Binding => [
  'provider account',
  id,
  agencyId,
  provider,
  baseUrl,
]

/** Four characters would reveal half of a secret of eight or fewer. */
const hintOf = (secret: string) => (secret.length > 8 ? secret.slice(-4) : '')
