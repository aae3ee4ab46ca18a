import { Elysia } from 'elysia'
import { createAgency } from '../../../agencies/operations/agency.ts'
import { createAgent } from '../../../agencies/operations/agent.ts'
import { agencyParams, type AgencyPagesDeps, findAgency } from '../agencies/agency-pages.tsx'
import type { Perform } from '../../../operation/perform.ts'
import { submit } from '../form.ts'
import { operatorOnly } from '../guard.ts'
import { renderPage } from '../../page/layout.tsx'
import { FirstAgencyPage, FirstCallPage } from './setup.tsx'

export type SetupPagesDeps = AgencyPagesDeps & { perform: Perform }

const firstAgent = 'Front desk'

/** The steps after the first account: an agency with its agent, then a first call. */
export const setupPages = (deps: SetupPagesDeps) => {
  const { perform } = deps
  return new Elysia({ name: 'setup-pages' })
    .use(operatorOnly(deps))
    .get('/setup/agency', ({ person }) => renderPage(<FirstAgencyPage person={person} />))
    .post(
      '/setup/agency',
      async ({ actor, flash, person, readForm, set, redirect }) => {
        const { name = '' } = await readForm()
        const { done, error } = await submit(perform(createAgency, { name, plan: 'agency' }, actor))
        if (done) {
          await perform(createAgent, { agency: done.id, name: firstAgent, provider: 'simulator' }, actor)
          flash(`Created ${done.name} and its agent ${firstAgent}.`)
          return redirect(`/admin/agencies/${done.id}/first-call`, 303)
        }
        set.status = 422
        return renderPage(<FirstAgencyPage person={person} typed={name} error={error} />)
      },
      { parse: 'none' },
    )
    .get(
      '/agencies/:agency/first-call',
      async ({ person, params }) =>
        renderPage(<FirstCallPage person={person} agency={await findAgency(deps, params.agency)} />),
      { params: agencyParams },
    )
}
