import { Elysia } from 'elysia'
import { z } from 'zod'
import type { ConfigWarning } from '../../../config/warnings.ts'
import type { Agency } from '../../../agencies/agency.ts'
import type { CheckPolicy } from '../../../calls/check-policy.ts'
import { type GuardDeps, isOperator, noSuchAgency, signedIn } from '../guard.ts'
import { AgencyOverview } from '../overview/agency-overview.tsx'
import { GateOverviewPage } from '../overview/gate-overview.tsx'
import { createReadOverview, type OverviewDeps } from '../overview/read-overview.ts'
import { AgenciesPage } from './agencies.tsx'
import { type ListAgencyHealth, readAgencyList } from './agency-list.ts'
import { OverviewPage } from './agency.tsx'
import { renderPage } from '../../page/layout.tsx'
import { run, type Work } from '../../../work.ts'

export const agencyParams = z.object({ agency: z.guid() })

export interface FindAgency {
  agencies: { find(id: string): Work<Agency | undefined> }
}

/** Finds the agency of a path. The guard has checked that the person may see it. */
export const findAgency = async ({ agencies }: FindAgency, id: string) => {
  const agency = await run(agencies.find(id))
  if (!agency) throw noSuchAgency()
  return agency
}

export interface ListAgencies extends ListAgencyHealth {
  warnings(): ConfigWarning[]
  policy: Pick<CheckPolicy, 'policyFor'>
}

/** The list of agencies for its address, and what an operator should see to first. */
export const listAgencies = async (
  deps: ListAgencies,
  { url }: { url: string },
  { timeZone }: { timeZone: string },
) => ({
  warnings: deps.warnings(),
  list: await readAgencyList(deps, url, timeZone),
  hasCountries:
    (await run(deps.policy.policyFor({ agencyId: null, environmentId: null }))).rules.countries !== null,
})

export type AgencyPagesDeps = GuardDeps & FindAgency & ListAgencies & OverviewDeps

export const agencyPages = (deps: AgencyPagesDeps) => {
  const { ofAgency, ofGate } = createReadOverview(deps)
  return new Elysia({ name: 'agency-pages' })
    .use(signedIn(deps))
    .get('/', async ({ person, redirect }) =>
      isOperator(person)
        ? renderPage(<GateOverviewPage person={person} {...await ofGate(person, person.timeZone ?? 'UTC')} />)
        : redirect(`/admin/agencies/${person.agencyId}`, 303),
    )
    .get('/agencies', async ({ person, redirect, request }) =>
      isOperator(person)
        ? renderPage(<AgenciesPage person={person} {...await listAgencies(deps, request, person)} />)
        : redirect(`/admin/agencies/${person.agencyId}`, 303),
    )
    .get(
      '/agencies/:agency',
      async ({ person, params }) => {
        const agency = await findAgency(deps, params.agency)
        return renderPage(
          <OverviewPage person={person} agency={agency}>
            <AgencyOverview
              agencyId={agency.id}
              overview={await ofAgency(person, agency.id, person.timeZone ?? 'UTC')}
            />
          </OverviewPage>,
        )
      },
      { params: agencyParams },
    )
}
