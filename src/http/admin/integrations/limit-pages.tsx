import { Elysia } from 'elysia'
import { ApiError } from '../../../failures.ts'
import { setLimits } from '../../../agencies/operations/environment.ts'
import { readLimit } from '../../../limits/limits.ts'
import type { Services } from '../../../wiring.ts'
import type { Person } from '../../../people/person.ts'
import { findAgency } from '../agencies/agency-pages.tsx'
import { submit } from '../form.ts'
import { operatorOnly } from '../guard.ts'
import { type EnvironmentParams, environmentParams } from './integration-pages.tsx'
import { renderPage } from '../../page/layout.tsx'
import { LimitsPage } from './limits.tsx'

/** The operator's limits for one environment. */
export const limitPages = (services: Services) => {
  const { config, environments, perform } = services

  const find = (person: Person, params: EnvironmentParams) => {
    const agency = findAgency(services, params.agency)
    const environment = environments.find(agency.id, params.environment)
    if (!environment) throw new ApiError('not_found', { detail: 'There is no such environment.' })
    return { person, agency, environment, server: config }
  }

  return new Elysia({ name: 'limit-pages' })
    .use(operatorOnly(services))
    .get(
      '/agencies/:agency/integrations/api/:environment/limits',
      ({ person, params }) => renderPage(<LimitsPage {...find(person, params)} />),
      { params: environmentParams },
    )
    .post(
      '/agencies/:agency/integrations/api/:environment/limits',
      async ({ actor, person, params, readForm, set, redirect }) => {
        const form = await readForm()
        const found = find(person, params)
        const limits = {
          requests_per_minute: readLimit(form.requests_per_minute ?? ''),
          concurrent_calls: readLimit(form.concurrent_calls ?? ''),
        }
        const { error } = await submit(perform(setLimits, { ...params, ...limits }, actor))
        if (error !== undefined) {
          set.status = 422
          return renderPage(<LimitsPage {...found} typed={form} error={error} />)
        }
        return redirect(`/admin/agencies/${found.agency.id}/integrations/api`, 303)
      },
      { parse: 'none', params: environmentParams },
    )
}
