import type { Environment } from '../agencies/environment.ts'
import { actedBy, type AuditEntry } from '../audit.ts'
import type { Call } from './call.ts'
import type { Work } from '../work.ts'

interface AuditDeps {
  audit: { record(entry: AuditEntry): Work<void> }
  environments: { list(agencyId: string): Work<Environment[]> }
}

/** Audits a call that took its slot back, in the caller's commit. */
export const createAuditStillRunning = ({ audit, environments }: AuditDeps) =>
  function* ({ id, agencyId, environmentId }: Call, now: number) {
    const environment = (yield* environments.list(agencyId)).find((each) => each.id === environmentId)
    yield* audit.record({
      ...actedBy({ name: 'callgate', address: null }, now),
      action: 'call.still_running',
      agency: agencyId,
      ...(environment && { environment: environment.name }),
      target: id,
    })
  }
