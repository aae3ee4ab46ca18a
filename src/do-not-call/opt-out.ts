import type { EnvironmentName } from '../agencies/environment.ts'
import type { AuditEntry } from '../audit.ts'
import type { ListOwner, NewEntry } from './entry.ts'
import { numberHint } from './number-hint.ts'
import type { Work } from '../work.ts'

interface OptOutDeps {
  doNotCall: { extend(owner: ListOwner, entry: NewEntry): Work<boolean> }
  environments: { nameOf(environmentId: string): Work<EnvironmentName | undefined> }
  audit: { record(entry: AuditEntry): Work<void> }
}

interface OptedOutCall {
  id: string
  agencyId: string
  environmentId: string
  provider: string
  phoneNumber: string
}

/** Lists the number of a call whose provider reports that the person opted out, for the call's agency and for good. */
export const createListOptOut = ({ doNotCall, environments, audit }: OptOutDeps) =>
  function* ({ id, agencyId, environmentId, provider, phoneNumber }: OptedOutCall, now: number) {
    const reason = `opted out in call ${id}`
    const entry = { phoneNumber, source: 'provider', reason, addedAt: now, expiresAt: null }
    if (!(yield* doNotCall.extend(agencyId, entry))) return
    const environment = yield* environments.nameOf(environmentId)
    yield* audit.record({
      at: now,
      actor: `provider ${provider}`,
      address: null,
      action: 'dnc.added',
      agency: agencyId,
      ...(environment && { environment }),
      target: numberHint(phoneNumber),
    })
  }
