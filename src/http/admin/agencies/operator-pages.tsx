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
import { renderPage } from '../../page/layout.tsx'

export interface OperatorPagesDeps extends AgencyPagesDeps {
  perform: Perform
}

/** The forms for operators: create, suspend and delete agencies, change their plan, and switch real dialling. */
export const operatorPages = (deps: OperatorPagesDeps) => {
  const { perform } = deps
  return new Elysia({ name: 'operator-pages' })
    .use(operatorOnly(deps))
    .post(
      '/agencies',
      async ({ actor, person, readForm, set, redirect }) => {
        const { name = '', plan } = await readForm()
        const { done, error } = await submit(perform(createAgency, { name, plan: plan as Plan }, actor))
        if (done) return redirect(`/admin/agencies/${done.id}`, 303)
        set.status = 422
        const typed = { name, plan: planSchema.safeParse(plan).data }
        return renderPage(
          <AgenciesPage person={person} {...listAgencies(deps)} typed={typed} error={error} />,
        )
      },
      { parse: 'none' },
    )
    .post(
      '/agencies/:agency/plan',
      async ({ actor, params, readForm, redirect }) => {
        const { plan } = await readForm()
        await perform(changePlan, { agency: params.agency, plan: plan as Plan }, actor)
        return redirect(`/admin/agencies/${params.agency}`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .post(
      '/agencies/:agency/suspend',
      async ({ actor, params, redirect }) => {
        await perform(suspendAgency, params, actor)
        return redirect(`/admin/agencies/${params.agency}`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .post(
      '/agencies/:agency/resume',
      async ({ actor, params, redirect }) => {
        await perform(resumeAgency, params, actor)
        return redirect(`/admin/agencies/${params.agency}`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .get(
      '/agencies/:agency/delete',
      ({ actor, person, params }) => {
        const agency = findAgency(deps, params.agency)
        const ends = perform.preview(deleteAgency, params, actor) ?? ''
        return renderPage(<DeleteAgencyPage person={person} agency={agency} ends={ends} />)
      },
      { params: agencyParams },
    )
    .post(
      '/agencies/:agency/delete',
      async ({ actor, params, redirect }) => {
        await perform(deleteAgency, params, actor)
        return redirect('/admin/agencies', 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .post(
      '/agencies/:agency/integrations/api/:environment/dialling',
      async ({ actor, params, readForm, redirect }) => {
        const isReal = flagIn(await readForm(), 'real')
        await perform(dialEnvironment, { ...params, real: isReal, simulated: !isReal }, actor)
        return redirect(`/admin/agencies/${params.agency}/integrations/api`, 303)
      },
      { parse: 'none', params: environmentParams },
    )
}
