import { actedBy, type AuditEntry, keyTarget } from '../audit.ts'
import type { KeyInEnvironment } from './keyring.ts'
import type { Work } from '../work.ts'

interface MarkExposedDeps {
  keys: { markExposed(key: KeyInEnvironment, now: number): Work<void> }
  audit: { change(make: () => Work<void>, entry: AuditEntry): Work<void> }
}

/** Marks a key that a client sent in a URL, for its agency's admins, in one transaction with the audit entry. */
export const createMarkKeyExposed = ({ keys, audit }: MarkExposedDeps) =>
  function* (key: KeyInEnvironment, now: number, address: string | null) {
    const { agencyId: agency, name: environment } = key.environment
    yield* audit.change(() => keys.markExposed(key, now), {
      ...actedBy({ name: 'API client', address }, now),
      action: 'key.seen_in_url',
      agency,
      environment,
      target: keyTarget(key),
    })
  }
