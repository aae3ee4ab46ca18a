import { Elysia } from 'elysia'
import { Failure } from '../../failures.ts'
import { agentProblem } from '../../providers/kinds.ts'
import { environmentNameSchema, nameSchema } from '../../names.ts'
import type { Services } from '../../services.ts'
import type { Agency } from '../../storage/agencies.ts'
import type { Person } from '../../storage/people.ts'
import { readForm } from '../body.ts'
import { agencyParams, findAgency } from './agencies.tsx'
import { signedIn } from './guard.ts'
import { AgentsPage } from './pages/agency.tsx'
import { renderPage } from './pages/layout.tsx'

export const agentPages = (services: Services) => {
  const { agents, audit, clock, environments } = services

  const page = (
    person: Person,
    agency: Agency,
    shown: { typed?: Record<string, string>; error?: string | undefined } = {},
  ) =>
    renderPage(
      <AgentsPage
        person={person}
        agency={agency}
        agents={agents.list(agency.id)}
        environments={environments.list(agency.id)}
        {...shown}
      />,
    )

  return new Elysia({ name: 'agent-pages' })
    .use(signedIn(services))
    .get(
      '/agencies/:agency/agents',
      ({ person, params }) => page(person, findAgency(services, params.agency)),
      { params: agencyParams },
    )
    .post(
      '/agencies/:agency/agents',
      async ({ by, person, params, request, set, redirect }) => {
        const agency = findAgency(services, params.agency)
        const form = await readForm(request)
        const name = nameSchema.safeParse(form.name)
        const { provider = 'simulator' } = form
        const [ref, fromNumber] = [form.ref?.trim() || null, form.from?.trim() || null]
        const problem = name.error?.issues[0]?.message ?? agentProblem(provider, ref, fromNumber)
        if (!name.success || problem) {
          set.status = 422
          return page(person, agency, { typed: form, error: problem })
        }
        audit.change(
          () => agents.create(agency.id, { name: name.data, provider, ref, fromNumber }, clock.now()),
          (made) => ({ ...by, action: 'agent.created', agency: agency.id, target: made.name }),
        )
        return redirect(`/admin/agencies/${agency.id}/agents`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .post(
      '/agencies/:agency/agents/default',
      async ({ by, params, request, redirect }) => {
        const agency = findAgency(services, params.agency)
        const form = await readForm(request)
        const name = environmentNameSchema.safeParse(form.environment)
        const environment = name.success ? environments.find(agency.id, name.data) : undefined
        if (!environment) throw new Failure('invalid_body', { detail: 'there is no such environment' })
        const agent = form.agent ? agents.find(form.agent) : null
        if (agent === undefined || (agent && agent.agencyId !== agency.id))
          throw new Failure('agent_not_found')
        audit.change(() => environments.setDefaultAgent(environment.id, agent?.id ?? null), {
          ...by,
          action: 'default_agent.changed',
          agency: agency.id,
          environment: environment.name,
          target: agent?.name ?? 'none',
        })
        return redirect(`/admin/agencies/${agency.id}/agents`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
}
