import type { Access, AccessDisabler } from './access.ts'

interface ProductionDeps {
  environments: {
    find(
      agencyId: string,
      name: 'production',
    ): { id: string; accessDisabledBy: AccessDisabler | null } | undefined
  }
  keys: { live(environmentId: string): { leakedAt: number | null } | undefined }
}

export type ProductionAccess = (agencyId: string) => Access | undefined

/** How API access in an agency's production stands; undefined for an agency that is not there. */
export const createProductionAccess =
  ({ environments, keys }: ProductionDeps): ProductionAccess =>
  (agencyId) => {
    const production = environments.find(agencyId, 'production')
    return production && { ...production, leakedAt: keys.live(production.id)?.leakedAt ?? null }
  }
