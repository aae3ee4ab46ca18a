import { createAccountStore } from './accounts.ts'
import { createAdminTokenStore } from './admin-tokens.ts'
import { createAgencyStore } from './agencies.ts'
import { createAgencyHealth } from './agency-health.ts'
import { createAgentStore } from './agents.ts'
import { createAlarmingStore } from './alarming.ts'
import { createAlertDeliveryStore, createAlertStore } from './alerts.ts'
import { AuditChain } from './audit-chain.ts'
import { createAuditStore } from './audit.ts'
import { createCallStore } from './calls.ts'
import type { Database } from './database.ts'
import { createCounts } from './counts.ts'
import { createDeletedAgencies } from './deleted-agencies.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createDoNotCallStore } from './do-not-call.ts'
import { createEnvironmentStore } from './environments.ts'
import { createFreeSpace } from './free-space.ts'
import { createFactorStore } from './factors.ts'
import { createIdempotencyStore } from './idempotency.ts'
import { createInvitationStore } from './invitations.ts'
import { createKnownAddressStore } from './known-addresses.ts'
import { createKeyStore } from './keys.ts'
import { createNumberHashes } from './number-hashes.ts'
import { createOldRows } from './old-rows.ts'
import { createPeopleStore } from './people.ts'
import { createPersonalData } from './personal-data.ts'
import { createPolicyStore } from './policies.ts'
import { createSearch } from './search.ts'
import { createSignedUrlStore } from './signed-urls.ts'
import { createSpendingStore } from './spending.ts'
import { requireSecret } from './seal-anew.ts'
import { createUsageStore } from './usage.ts'
import { Vault } from './vault.ts'
import { createWebhookStore } from './webhooks.ts'
import { createWindowGrants } from './window-grants.ts'

export type Stores = ReturnType<typeof createStores>

/**
 * The stores, one per noun, over one database. Throws a `CommandError` for a secret that the database is not sealed with.
 */
export const createStores = (database: Database, secret: string) => {
  requireSecret(database, secret)
  const vault = new Vault(secret)
  const chain = new AuditChain(database.sqlite, secret)
  const accounts = createAccountStore(database, vault)
  const hashes = createNumberHashes(database, vault)
  return {
    agencies: createAgencyStore(database),
    agencyHealth: createAgencyHealth(database),
    environments: createEnvironmentStore(database),
    keys: createKeyStore(database),
    agents: createAgentStore(database),
    accounts,
    calls: createCallStore(database),
    search: createSearch(database),
    idempotency: createIdempotencyStore(database),
    webhooks: createWebhookStore(database, vault),
    deliveries: createDeliveryStore(database),
    adminTokens: createAdminTokenStore(database),
    people: createPeopleStore(database),
    factors: createFactorStore(database, vault),
    usageRows: createUsageStore(database),
    knownAddresses: createKnownAddressStore(database, vault),
    windowGrants: createWindowGrants(database),
    invitations: createInvitationStore(database),
    audit: createAuditStore(database, chain),
    oldRows: createOldRows(database, chain),
    deletedAgencies: createDeletedAgencies(database, accounts),
    personalData: createPersonalData(database),
    counts: createCounts(database),
    policies: createPolicyStore(database),
    spending: createSpendingStore(database, hashes),
    doNotCall: createDoNotCallStore(database, hashes),
    alarming: createAlarmingStore(database),
    freeBytes: createFreeSpace(database),
    alerts: createAlertStore(database),
    alertDeliveries: createAlertDeliveryStore(database),
    alertWebhook: createSignedUrlStore(database, vault, 'alert'),
    predialHooks: createSignedUrlStore(database, vault, 'predial'),
  }
}
