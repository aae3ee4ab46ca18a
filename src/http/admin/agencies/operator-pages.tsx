import { Elysia } from 'elysia'
import { changePlan, createAgency } from '../../../agencies/operations/agency.ts'
import { deleteAgency } from '../../../agencies/operations/delete.ts'
import { resumeAgency, suspendAgency } from '../../../agencies/operations/suspend.ts'
import { dialEnvironment } from '../../../agencies/operations/environment.ts'
import type { Plan } from '../../../agencies/agency.ts'
import { planSchema } from '../../../names.ts'
import type { Perform } from '../../../operation/perform.ts'
import { agencyParams, type AgencyPagesDeps, findAgency, listAgencies } from './agency-pages.tsx'
import { environmentParams } from './find-environment.ts'
import { flagIn, submit } from '../form.ts'
import { operatorOnly } from '../guard.ts'
import { DeleteAgencyPage } from './agency.tsx'
import { AgenciesPage } from './agencies.tsx'
import { planNames } from '../../page/words.tsx'
import { renderPage } from '../../page/layout.tsx'

export type OperatorPagesDeps = AgencyPagesDeps & { perform: Perform }

/** The forms for operators: create, suspend and delete agencies, change their plan, and switch real dialling. */
export const operatorPages = (deps: OperatorPagesDeps) => {
  const { perform } = deps
  return new Elysia({ name: 'operator-pages' })
    .use(operatorOnly(deps))
    .post(
      '/agencies',
      async ({ actor, flash, person, readForm, request, set, redirect }) => {
        const { name = '', plan } = await readForm()
        const { done, error } = await submit(perform(createAgency, { name, plan: plan as Plan }, actor))
        if (done) {
          flash(`Created the agency ${done.name}.`)
          return redirect(`/admin/agencies/${done.id}`, 303)
        }
        set.status = 422
        const typed = { name, plan: planSchema.safeParse(plan).data }
        return renderPage(
          <AgenciesPage
            person={person}
            {...await listAgencies(deps, request, person)}
            typed={typed}
            error={error}
          />,
        )
      },
      { parse: 'none' },
    )
    .post(
      '/agencies/:agency/plan',
      async ({ flash, actor, params, readForm, redirect }) => {
        const { plan } = await readForm()
        const changed = await perform(changePlan, { agency: params.agency, plan: plan as Plan }, actor)
        flash(`${changed.name} is now on the ${planNames[changed.plan]} plan.`)
        return redirect(`/admin/agencies/${params.agency}`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .post(
      '/agencies/:agency/suspend',
      async ({ flash, actor, params, redirect, readForm }) => {
        await readForm()
        const { name } = await perform(suspendAgency, params, actor)
        flash(`${name} is suspended. Its API requests get 403.`)
        return redirect(`/admin/agencies/${params.agency}`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .post(
      '/agencies/:agency/resume',
      async ({ flash, actor, params, redirect }) => {
        const { name } = await perform(resumeAgency, params, actor)
        flash(`${name} is no longer suspended.`)
        return redirect(`/admin/agencies/${params.agency}`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .get(
      '/agencies/:agency/delete',
      async ({ actor, person, params, redirect }) => {
        const agency = await findAgency(deps, params.agency)
        const asked = await perform.question(deleteAgency, params, actor)
        if (!asked) return redirect(`/admin/agencies/${agency.id}`, 303)
        return renderPage(<DeleteAgencyPage person={person} agency={agency} asked={asked} />)
      },
      { params: agencyParams },
    )
    .post(
      '/agencies/:agency/delete',
      async ({ flash, actor, params, redirect, readForm }) => {
        await readForm()
        const { name } = await perform(deleteAgency, params, actor)
        flash(`${name} is deleted.`)
        return redirect('/admin/agencies', 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .post(
      '/agencies/:agency/integrations/api/:environment/dialling',
      async ({ flash, actor, params, readForm, redirect }) => {
        const isReal = flagIn(await readForm(), 'real')
        const dialled = await perform(dialEnvironment, { ...params, real: isReal, simulated: !isReal }, actor)
        flash(dialEnvironment.says?.(dialled, params) ?? '')
        return redirect(`/admin/agencies/${params.agency}/integrations/api`, 303)
      },
      { parse: 'none', params: environmentParams },
    )
}
