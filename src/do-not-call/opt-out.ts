import type { EnvironmentName } from '../agencies/environment.ts'
import type { AuditEntry } from '../audit.ts'
import type { ListOwner, NewEntry } from './entry.ts'
import { numberHint } from './number-hint.ts'

interface OptOutDeps {
  doNotCall: { extend(owner: ListOwner, entry: NewEntry): boolean }
  environments: { nameOf(environmentId: string): EnvironmentName | undefined }
  audit: { record(entry: AuditEntry): void }
}

interface OptedOutCall {
  id: string
  agencyId: string
  environmentId: string
  provider: string
  phoneNumber: string
}

/** Lists the number of a call whose provider reports that the person opted out, for the call's agency and for good. */
export const createListOptOut =
  ({ doNotCall, environments, audit }: OptOutDeps) =>
  ({ id, agencyId, environmentId, provider, phoneNumber }: OptedOutCall, now: number) => {
    const reason = `opted out in call ${id}`
    const entry = { phoneNumber, source: 'provider', reason, addedAt: now, expiresAt: null }
    if (!doNotCall.extend(agencyId, entry)) return
    const environment = environments.nameOf(environmentId)
    audit.record({
      at: now,
      actor: `provider ${provider}`,
      address: null,
      action: 'dnc.added',
      agency: agencyId,
      ...(environment && { environment }),
      target: numberHint(phoneNumber),
    })
  }
