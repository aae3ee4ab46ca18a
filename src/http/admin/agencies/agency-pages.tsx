import { Elysia } from 'elysia'
import { z } from 'zod'
import { dueIfMadeBefore } from '../../../keys/age.ts'
import type { Services } from '../../../wiring.ts'
import { isOperator, noSuchAgency, signedIn } from '../guard.ts'
import { AgenciesPage } from './agencies.tsx'
import { OverviewPage } from './agency.tsx'
import { renderPage } from '../../page/layout.tsx'

export const agencyParams = z.object({ agency: z.guid() })

/** Finds the agency of a path. The guard has checked that the person may see it. */
export const findAgency = ({ agencies }: Pick<Services, 'agencies'>, id: string) => {
  const agency = agencies.find(id)
  if (!agency) throw noSuchAgency()
  return agency
}

/** All agencies, and those with an API key that is due for rotation. */
export const listAgencies = ({ agencies, clock, keys }: Pick<Services, 'agencies' | 'clock' | 'keys'>) => ({
  agencies: agencies.list(),
  withOldKeys: keys.agenciesWithKeysFrom(dueIfMadeBefore(clock.now())),
})

export const agencyPages = (services: Services) => {
  return new Elysia({ name: 'agency-pages' })
    .use(signedIn(services))
    .get('/', ({ redirect }) => redirect('/admin/agencies', 303))
    .get('/agencies', ({ person, redirect }) =>
      isOperator(person)
        ? renderPage(<AgenciesPage person={person} {...listAgencies(services)} />)
        : redirect(`/admin/agencies/${person.agencyId}`, 303),
    )
    .get(
      '/agencies/:agency',
      ({ person, params }) =>
        renderPage(<OverviewPage person={person} agency={findAgency(services, params.agency)} />),
      { params: agencyParams },
    )
}
