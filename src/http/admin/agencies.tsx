import { Elysia } from 'elysia'
import { z } from 'zod'
import { Failure } from '../../failures.ts'
import { nameSchema, planSchema } from '../../names.ts'
import type { Services } from '../../services.ts'
import { readForm } from '../body.ts'
import { signedIn } from './guard.ts'
import { AgenciesPage } from './pages/agencies.tsx'
import { OverviewPage } from './pages/agency.tsx'
import { renderPage } from './pages/layout.tsx'

export const agencyParams = z.object({ agency: z.guid() })

export const findAgency = ({ agencies }: Pick<Services, 'agencies'>, id: string) => {
  const agency = agencies.find(id)
  if (!agency) throw new Failure('not_found', { detail: 'There is no such agency.' })
  return agency
}

export const agencyPages = (services: Services) => {
  const { agencies, audit, clock } = services
  return new Elysia({ name: 'agency-pages' })
    .use(signedIn(services))
    .get('/', ({ redirect }) => redirect('/admin/agencies', 303))
    .get('/agencies', ({ person }) => renderPage(<AgenciesPage person={person} agencies={agencies.list()} />))
    .post(
      '/agencies',
      async ({ by, person, request, set, redirect }) => {
        const form = await readForm(request)
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
        const typed = { name: form.name ?? '', error }
        return renderPage(<AgenciesPage person={person} agencies={agencies.list()} {...typed} />)
      },
      { parse: 'none' },
    )
    .get(
      '/agencies/:agency',
      ({ person, params }) =>
        renderPage(<OverviewPage person={person} agency={findAgency(services, params.agency)} />),
      { params: agencyParams },
    )
    .post(
      '/agencies/:agency/plan',
      async ({ by, params, request, redirect }) => {
        const agency = findAgency(services, params.agency)
        const plan = planSchema.safeParse((await readForm(request)).plan)
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
}
