import { Elysia } from 'elysia'
import { setLimits } from '../../../agencies/operations/environment.ts'
import { type Limits, readLimit } from '../../../limits/limits.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Person } from '../../../people/person.ts'
import {
  type EnvironmentParams,
  environmentParams,
  type FindEnvironment,
  findEnvironment,
} from '../agencies/find-environment.ts'
import { submit } from '../form.ts'
import { type GuardDeps, operatorOnly } from '../guard.ts'
import { renderPage } from '../../page/layout.tsx'
import { LimitsPage } from './limits.tsx'

export interface LimitPagesDeps extends GuardDeps, FindEnvironment {
  config: GuardDeps['config'] & Limits
  perform: Perform
}

/** The operator's limits for one environment. */
export const limitPages = (deps: LimitPagesDeps) => {
  const { config, perform } = deps

  const find = async (person: Person, params: EnvironmentParams) => ({
    person,
    ...(await findEnvironment(deps, params)),
    server: config,
  })

  return new Elysia({ name: 'limit-pages' })
    .use(operatorOnly(deps))
    .get(
      '/agencies/:agency/integrations/api/:environment/limits',
      async ({ person, params }) => renderPage(<LimitsPage {...await find(person, params)} />),
      { params: environmentParams },
    )
    .post(
      '/agencies/:agency/integrations/api/:environment/limits',
      async ({ flash, actor, person, params, readForm, set, redirect }) => {
        const form = await readForm()
        const found = await find(person, params)
        const limits = {
          requests_per_minute: readLimit(form.requests_per_minute ?? ''),
          concurrent_calls: readLimit(form.concurrent_calls ?? ''),
        }
        const { error } = await submit(perform(setLimits, { ...params, ...limits }, actor))
        if (error !== undefined) {
          set.status = 422
          return renderPage(<LimitsPage {...found} typed={form} error={error} />)
        }
        flash(`Limits of ${params.environment} saved. They apply from the next request on.`)
        return redirect(`/admin/agencies/${found.agency.id}/integrations/api`, 303)
      },
      { parse: 'none', params: environmentParams },
    )
}
