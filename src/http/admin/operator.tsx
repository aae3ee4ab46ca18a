import { Elysia } from 'elysia'
import { Failure } from '../../failures.ts'
import { nameSchema, planSchema } from '../../names.ts'
import type { Services } from '../../services.ts'
import { agencyParams, findAgency, listAgencies } from './agencies.tsx'
import { operatorOnly } from './guard.ts'
import { environmentParams } from './integrations.tsx'
import { AgenciesPage } from './pages/agencies.tsx'
import { renderPage } from './pages/layout.tsx'

/** What an operator decides for the agencies: that they are there, their plan, and whether their calls ring phones. */
export const operatorPages = (services: Services) => {
  const { agencies, audit, clock, environments } = services
  return new Elysia({ name: 'operator-pages' })
    .use(operatorOnly(services))
    .post(
      '/agencies',
      async ({ by, person, readForm, set, redirect }) => {
        const form = await readForm()
        const name = nameSchema.safeParse(form.name)
        const plan = planSchema.safeParse(form.plan)
        if (name.success && plan.success) {
          const agency = audit.change(
            () => agencies.create(name.data, plan.data, clock.now()),
            (made) => ({ ...by, action: 'agency.created', agency: made.id, target: made.name }),
          )
          return redirect(`/admin/agencies/${agency.id}`, 303)
        }
        set.status = 422
        const error = name.error?.issues[0]?.message ?? plan.error?.issues[0]?.message
        const typed = { name: form.name, plan: plan.data }
        return renderPage(
          <AgenciesPage person={person} {...listAgencies(services)} typed={typed} error={error} />,
        )
      },
      { parse: 'none' },
    )
    .post(
      '/agencies/:agency/plan',
      async ({ by, params, readForm, redirect }) => {
        const agency = findAgency(services, params.agency)
        const plan = planSchema.safeParse((await readForm()).plan)
        if (!plan.success) throw new Failure('invalid_body', { detail: 'there is no such plan' })
        audit.change(() => agencies.setPlan(agency.id, plan.data), {
          ...by,
          action: 'plan.changed',
          agency: agency.id,
          target: `from ${agency.plan} to ${plan.data}`,
        })
        return redirect(`/admin/agencies/${agency.id}`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .post(
      '/agencies/:agency/integrations/api/:environment/dialling',
      async ({ by, params, readForm, redirect }) => {
        const environment = environments.find(params.agency, params.environment)
        if (!environment) throw new Failure('not_found', { detail: 'There is no such environment.' })
        const { real } = await readForm()
        if (real !== 'true' && real !== 'false')
          throw new Failure('invalid_body', { detail: 'real must be true or false' })
        audit.change(() => environments.setDialsReal(environment.id, real === 'true'), {
          ...by,
          action: real === 'true' ? 'dialling.real' : 'dialling.simulated',
          agency: environment.agencyId,
          environment: environment.name,
        })
        return redirect(`/admin/agencies/${environment.agencyId}/integrations/api`, 303)
      },
      { parse: 'none', params: environmentParams },
    )
}
