import { and, eq, getTableColumns, sql } from 'drizzle-orm'
import type { EnvironmentName } from '../agencies/environment.ts'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { deliveries, environments, webhooks } from './schema.ts'
import { movedSecret, openSecrets, replacedSecret, sealedSecret } from './signing-secret.ts'
import type { Binding, Vault } from './vault.ts'
import { type Work, wait } from '../work.ts'

type WebhookRow = typeof webhooks.$inferSelect

interface EndpointRow extends WebhookRow {
  agencyId: string
}

interface Endpoint {
  row: EndpointRow
  environment: EnvironmentName
}

/** The webhook endpoints of environments. Secrets are passed in clear and stored encrypted. */
export const createWebhookStore = (database: Database, vault: Vault) => {
  const { changes, orm } = database
  const kept = new Cache<Endpoint | null>(changes)
  const byEnvironment = orm
    .select({
      row: { ...getTableColumns(webhooks), agencyId: environments.agencyId },
      environment: environments.name,
    })
    .from(webhooks)
    .innerJoin(environments, eq(environments.id, webhooks.environmentId))
    .where(eq(webhooks.environmentId, sql.placeholder('environmentId')))
    .prepare()

  /** Most environments have no endpoint, which is cached too. */
  const endpoint = (environmentId: string) =>
    kept.read(environmentId, function* () {
      return (yield* wait(byEnvironment.get({ environmentId }))) ?? null
    })

  const find = function* (environmentId: string): Work<EndpointRow | undefined> {
    return (yield* endpoint(environmentId))?.row
  }

  const change = function* (environmentId: string, given: Partial<WebhookRow>) {
    yield* wait(orm.update(webhooks).set(given).where(eq(webhooks.environmentId, environmentId)).run())
    kept.drop(environmentId)
  }

  return {
    find,

    *listening(environmentId: string): Work<{ environment: EnvironmentName } | undefined> {
      const found = yield* endpoint(environmentId)
      return found?.row.enabled ? found : undefined
    },

    /** Creates the endpoint with this secret; an existing one gets the URL, and keeps its secrets, sealed anew for it. */
    save: (environmentId: string, url: string, secret: string, now: number): Work<WebhookRow> =>
      database.transaction(function* () {
        const before = yield* find(environmentId)
        const binding = webhookBinding({ environmentId, url })
        const made = { environmentId, url, ...sealedSecret(vault, secret, binding), savedAt: now }
        const moved = before && movedSecret(vault, before, webhookBinding(before), binding)
        const again = { url, savedAt: now, enabled: true, offReason: null, ...moved }
        const row = yield* wait(
          orm
            .insert(webhooks)
            .values(made)
            .onConflictDoUpdate({ target: webhooks.environmentId, set: again })
            .returning()
            .get(),
        )
        kept.drop(environmentId)
        return row
      }),

    /** Replaces the signing secret; the old one signs as well for a day, unless it cannot be decrypted. */
    rotate: (environmentId: string, secret: string, now: number) =>
      database.transaction(function* () {
        const before = yield* find(environmentId)
        if (!before) return
        yield* change(environmentId, replacedSecret(vault, before, secret, webhookBinding(before), now))
      }),

    /** The secrets that sign at `now`, newest first. Throws `SealBroken` under another `CALLGATE_SECRET`. */
    secrets: (row: EndpointRow, now: number) => openSecrets(vault, row, webhookBinding(row), now),

    /** Switches the endpoint. While it is off, pending deliveries wait and new events are not written. */
    setEnabled: (environmentId: string, enabled: boolean, offReason: string | null = null) =>
      change(environmentId, { enabled, offReason }),

    /** Removes the endpoint; its pending deliveries are dead. */
    remove: (environmentId: string) =>
      database.transaction(function* () {
        yield* wait(orm.delete(webhooks).where(eq(webhooks.environmentId, environmentId)).run())
        kept.drop(environmentId)
        yield* wait(
          orm
            .update(deliveries)
            .set({ state: 'dead', lastError: 'The endpoint was removed.' })
            .where(and(eq(deliveries.environmentId, environmentId), eq(deliveries.state, 'pending')))
            .run(),
        )
      }),
  }
}

/** Binds a signing secret to its environment, and to the URL whose events it signs. */
export const webhookBinding = ({
  environmentId,
  url,
}: Pick<WebhookRow, 'environmentId' | 'url'>): Binding => ['webhook', environmentId, url]
