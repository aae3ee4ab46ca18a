import { createAccountStore } from './accounts.ts'
import { createAdminTokenStore } from './admin-tokens.ts'
import { createAgencyStore } from './agencies.ts'
import { createAgentStore } from './agents.ts'
import { createAlertDeliveryStore, createAlertStore } from './alerts.ts'
import { createAuditStore } from './audit.ts'
import { createCallStore } from './calls.ts'
import type { Database } from './database.ts'
import { createCounts } from './counts.ts'
import { createDeletedAgencies } from './deleted-agencies.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createDoNotCallStore } from './do-not-call.ts'
import { createEnvironmentStore } from './environments.ts'
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
import { createSignedUrlStore } from './signed-urls.ts'
import { createSpendingStore } from './spending.ts'
import { createUsageStore } from './usage.ts'
import { Vault } from './vault.ts'
import { createWebhookStore } from './webhooks.ts'
import { createWindowGrants } from './window-grants.ts'

export type Stores = ReturnType<typeof createStores>

/** The stores, one per noun, over one database. */
export const createStores = (database: Database, secret: string) => {
  const vault = new Vault(secret)
  const accounts = createAccountStore(database, vault)
  const hashes = createNumberHashes(database, vault)
  return {
    agencies: createAgencyStore(database),
    environments: createEnvironmentStore(database),
    keys: createKeyStore(database),
    agents: createAgentStore(database),
    accounts,
    calls: createCallStore(database),
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
    audit: createAuditStore(database),
    oldRows: createOldRows(database),
    deletedAgencies: createDeletedAgencies(database, accounts),
    personalData: createPersonalData(database),
    counts: createCounts(database),
    policies: createPolicyStore(database),
    spending: createSpendingStore(database, hashes),
    doNotCall: createDoNotCallStore(database, hashes),
    alerts: createAlertStore(database),
    alertDeliveries: createAlertDeliveryStore(database),
    alertWebhook: createSignedUrlStore(database, vault, 'alert'),
    predialHooks: createSignedUrlStore(database, vault, 'predial'),
  }
}
