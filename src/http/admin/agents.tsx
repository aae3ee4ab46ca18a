import { Elysia } from 'elysia'
import { z } from 'zod'
import {
  changeAgent,
  chooseDefaultAgent,
  createAgent,
  findAgentOf,
  type GivenAgent,
} from '../../agencies/agent.ts'
import { Failure } from '../../failures.ts'
import { environmentNameSchema } from '../../names.ts'
import type { Services } from '../../services.ts'
import type { Agency } from '../../storage/agencies.ts'
import type { Person } from '../../people/person.ts'
import { agencyParams, findAgency } from './agencies.tsx'
import { signedIn } from './guard.ts'
import { AgentPage } from './pages/agent.tsx'
import { AgentsPage } from './pages/agents.tsx'
import { renderPage } from './pages/layout.tsx'

const agentParams = z.object({ agency: z.guid(), agent: z.guid().toLowerCase() })

/** What a refused form is shown with. */
interface Shown {
  typed?: GivenAgent
  error?: string
}

export const agentPages = (services: Services) => {
  const { accounts, agents, environments } = services

  const connected = ({ id }: Agency) => new Set(accounts.list(id).map(({ provider }) => provider))

  const listPage = (person: Person, agency: Agency, shown: Shown = {}) =>
    renderPage(
      <AgentsPage
        person={person}
        agency={agency}
        agents={agents.list(agency.id)}
        environments={environments.list(agency.id)}
        accounts={connected(agency)}
        {...shown}
      />,
    )

  const find = (params: z.infer<typeof agentParams>) => {
    const agency = findAgency(services, params.agency)
    const agent = findAgentOf(agents, agency.id, params.agent)
    if (!agent) throw new Failure('not_found', { detail: 'There is no such agent.' })
    return { agency, agent }
  }

  const agentPage = (person: Person, { agency, agent }: ReturnType<typeof find>, shown: Shown = {}) =>
    renderPage(
      <AgentPage person={person} agency={agency} agent={agent} accounts={connected(agency)} {...shown} />,
    )

  return new Elysia({ name: 'agent-pages' })
    .use(signedIn(services))
    .get(
      '/agencies/:agency/agents',
      ({ person, params }) => listPage(person, findAgency(services, params.agency)),
      { params: agencyParams },
    )
    .post(
      '/agencies/:agency/agents',
      async ({ by, person, params, readForm, set, redirect }) => {
        const agency = findAgency(services, params.agency)
        const form = await readForm()
        const { problem } = createAgent(services, agency.id, form, by)
        if (problem !== undefined) {
          set.status = 422
          return listPage(person, agency, { typed: form, error: problem })
        }
        return redirect(`/admin/agencies/${agency.id}/agents`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
    .get('/agencies/:agency/agents/:agent', ({ person, params }) => agentPage(person, find(params)), {
      params: agentParams,
    })
    .post(
      '/agencies/:agency/agents/:agent',
      async ({ by, person, params, readForm, set, redirect }) => {
        const { agency, agent } = find(params)
        const form = await readForm()
        const { problem } = changeAgent(services, agent, form, by)
        if (problem !== undefined) {
          set.status = 422
          return agentPage(person, { agency, agent }, { typed: form, error: problem })
        }
        return redirect(`/admin/agencies/${agency.id}/agents`, 303)
      },
      { parse: 'none', params: agentParams },
    )
    .post(
      '/agencies/:agency/agents/default',
      async ({ by, params, readForm, redirect }) => {
        const agency = findAgency(services, params.agency)
        const form = await readForm()
        const name = environmentNameSchema.safeParse(form.environment)
        const environment = name.success ? environments.find(agency.id, name.data) : undefined
        if (!environment) throw new Failure('invalid_body', { detail: 'there is no such environment' })
        const agent = form.agent ? findAgentOf(agents, agency.id, form.agent) : null
        if (agent === undefined) throw new Failure('agent_not_found')
        chooseDefaultAgent(services, environment, agent, by)
        return redirect(`/admin/agencies/${agency.id}/agents`, 303)
      },
      { parse: 'none', params: agencyParams },
    )
}
