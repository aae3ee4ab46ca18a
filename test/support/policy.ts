import { shutKinds } from '../../src/policy/number.ts'
import { anyCountry, noRules, type Rules } from '../../src/policy/rules.ts'

/** Rules that let every number through, as an instance has them that was there before there were any. */
export const openRules: Rules = { ...noRules, countries: [anyCountry], numberKinds: [...shutKinds] }

export const gateOwner = { agencyId: null, environmentId: null }
