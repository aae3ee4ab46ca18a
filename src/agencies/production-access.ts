import type { Access, AccessDisabler } from './access.ts'
import type { Work } from '../work.ts'

interface ProductionDeps {
  environments: {
    find(
      agencyId: string,
      name: 'production',
    ): Work<{ id: string; accessDisabledBy: AccessDisabler | null } | undefined>
  }
  keys: { live(environmentId: string): Work<{ leakedAt: number | null } | undefined> }
}

export type ProductionAccess = (agencyId: string) => Work<Access | undefined>

/** How API access in an agency's production stands; undefined for an agency that is not there. */
export const createProductionAccess = ({ environments, keys }: ProductionDeps): ProductionAccess =>
  function* (agencyId) {
    const production = yield* environments.find(agencyId, 'production')
    return production && { ...production, leakedAt: (yield* keys.live(production.id))?.leakedAt ?? null }
  }
