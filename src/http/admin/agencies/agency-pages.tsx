import { Elysia } from 'elysia'
import { z } from 'zod'
import type { ConfigWarning } from '../../../config/warnings.ts'
import { dueIfMadeBefore } from '../../../keys/age.ts'
import type { Agency } from '../../../agencies/agency.ts'
import type { CheckPolicy } from '../../../calls/check-policy.ts'
import type { Clock } from '../../../clock.ts'
import { type GuardDeps, isOperator, noSuchAgency, signedIn } from '../guard.ts'
import { AgenciesPage } from './agencies.tsx'
import { OverviewPage } from './agency.tsx'
import { renderPage } from '../../page/layout.tsx'

export const agencyParams = z.object({ agency: z.guid() })

export interface FindAgency {
  agencies: { find(id: string): Agency | undefined }
}

/** Finds the agency of a path. The guard has checked that the person may see it. */
export const findAgency = ({ agencies }: FindAgency, id: string) => {
  const agency = agencies.find(id)
  if (!agency) throw noSuchAgency()
  return agency
}

export interface ListAgencies {
  warnings(): ConfigWarning[]
  agencies: { list(): Agency[] }
  /** The ids of the agencies with a live key created before a time. */
  keys: { agenciesWithKeysFrom(before: number): ReadonlySet<string> }
  policy: Pick<CheckPolicy, 'policyFor'>
  clock: Pick<Clock, 'now'>
}

/** All agencies, and those with an API key that is due for rotation. */
export const listAgencies = ({ agencies, clock, keys, policy, warnings }: ListAgencies) => ({
  warnings: warnings(),
  agencies: agencies.list(),
  hasCountries: policy.policyFor({ agencyId: null, environmentId: null }).rules.countries !== null,
  withOldKeys: keys.agenciesWithKeysFrom(dueIfMadeBefore(clock.now())),
})

export interface AgencyPagesDeps extends GuardDeps, FindAgency, ListAgencies {
  agencies: FindAgency['agencies'] & ListAgencies['agencies']
}

export const agencyPages = (deps: AgencyPagesDeps) => {
  return new Elysia({ name: 'agency-pages' })
    .use(signedIn(deps))
    .get('/', ({ redirect }) => redirect('/admin/agencies', 303))
    .get('/agencies', ({ person, redirect }) =>
      isOperator(person)
        ? renderPage(<AgenciesPage person={person} {...listAgencies(deps)} />)
        : redirect(`/admin/agencies/${person.agencyId}`, 303),
    )
    .get(
      '/agencies/:agency',
      ({ person, params }) =>
        renderPage(<OverviewPage person={person} agency={findAgency(deps, params.agency)} />),
      { params: agencyParams },
    )
}
