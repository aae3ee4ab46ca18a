import { Elysia } from 'elysia'
import { z } from 'zod'
import { Failure } from '../../failures.ts'
import { agentProblem } from '../../providers/kinds.ts'
import { environmentNameSchema, nameSchema } from '../../names.ts'
import type { Services } from '../../services.ts'
import type { Agency } from '../../storage/agencies.ts'
import type { Person } from '../../people/person.ts'
import { agencyParams, findAgency } from './agencies.tsx'
import { signedIn } from './guard.ts'
import { AgentPage, type TypedAgent } from './pages/agent.tsx'
import { AgentsPage } from './pages/agents.tsx'
import { renderPage } from './pages/layout.tsx'

const agentParams = z.object({ agency: z.guid(), agent: z.guid().toLowerCase() })

/** What a refused form is shown with. */
interface Shown {
  typed?: TypedAgent
  error?: string
}

export const agentPages = (services: Services) => {
  const { accounts, agents, audit, clock, environments } = services

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
    const agent = agents.find(params.agent)
    if (agent?.agencyId !== agency.id) throw new Failure('not_found', { detail: 'There is no such agent.' })
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
        const { given, error } = readAgent(form)
        if (!given) {
          set.status = 422
          return listPage(person, agency, { typed: form, error })
        }
        audit.change(
          () => agents.create(agency.id, given, clock.now()),
          (made) => ({ ...by, action: 'agent.created', agency: agency.id, target: made.name }),
        )
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
        const { given, error } = readAgent(form)
        if (!given) {
          set.status = 422
          return agentPage(person, { agency, agent }, { typed: form, error })
        }
        const target = given.name === agent.name ? agent.name : `${given.name}, until now ${agent.name}`
        const deed = { ...by, action: 'agent.changed', agency: agency.id, target } as const
        audit.change(() => agents.change(agent.id, given), deed)
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

/** An agent as a form gives it, or what is wrong with it. */
const readAgent = (form: TypedAgent) => {
  const name = nameSchema.safeParse(form.name)
  if (!name.success) return { error: name.error.issues[0]?.message ?? 'A name is needed.' }
  const { provider = 'simulator' } = form
  const [ref, fromNumber] = [form.ref?.trim() || null, form.from?.trim() || null]
  const error = agentProblem(provider, ref, fromNumber)
  return error === undefined ? { given: { name: name.data, provider, ref, fromNumber } } : { error }
}
