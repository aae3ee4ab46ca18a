import { Elysia } from 'elysia'
import { z } from 'zod'
import { type Agent, findAgentOf, type GivenAgent, newAgent } from '../../../agencies/agent.ts'
import { changeAgent, createAgent } from '../../../agencies/operations/agent.ts'
import { chooseDefaultAgent } from '../../../agencies/operations/default-agent.ts'
import { deleteAgent } from '../../../agencies/operations/delete-agent.ts'
import { ApiError } from '../../../failures.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Environment, EnvironmentName } from '../../../agencies/environment.ts'
import type { Actor } from '../../../people/actor.ts'
import type { Person } from '../../../people/person.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { ProviderAccount } from '../../../providers/account.ts'
import type { Agency } from '../../../agencies/agency.ts'
import { agencyParams, type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import { submit } from '../form.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { AgentPage, DeleteAgentPage, type TypedAgent } from './agent.tsx'
import { AgentsPage } from './agents.tsx'
import { optionChange } from './option-lines.ts'
import { renderPage } from '../../page/layout.tsx'
import { run, type Work } from '../../../work.ts'

const agentParams = z.object({ agency: z.guid(), agent: z.guid().toLowerCase() })
type Params = z.infer<typeof agentParams>

export interface AgentPagesDeps extends GuardDeps, FindAgency {
  accounts: { list(agencyId: string): Work<Pick<ProviderAccount, 'provider'>[]> }
  agents: {
    find(id: string): Work<Agent | undefined>
    list(agencyId: string): Work<Agent[]>
  }
  environments: { list(agencyId: string): Work<Environment[]> }
  perform: Perform
}

/** The input and the error of a rejected form. */
interface Shown {
  typed?: TypedAgent
  error?: FieldProblem
}

const listPath = ({ agency }: { agency: string }) => `/admin/agencies/${agency}/agents`

/** The pages of an agency's agents and of its default agents. */
export const agentPages = (deps: AgentPagesDeps) => {
  const { accounts, agents, environments, perform } = deps

  const connected = async ({ id }: Agency) =>
    new Set((await run(accounts.list(id))).map(({ provider }) => provider))

  const listPage = async (person: Person, params: { agency: string }, shown: Shown = {}) => {
    const agency = await findAgency(deps, params.agency)
    return renderPage(
      <AgentsPage
        person={person}
        agency={agency}
        agents={await run(agents.list(agency.id))}
        environments={await run(environments.list(agency.id))}
        accounts={await connected(agency)}
        {...shown}
      />,
    )
  }

  const find = async (params: Params) => {
    const agency = await findAgency(deps, params.agency)
    const agent = await run(findAgentOf(agents, agency.id, params.agent))
    if (!agent) throw new ApiError('not_found', { detail: 'There is no such agent.' })
    return { agency, agent }
  }

  const agentPage = async (person: Person, params: Params, shown: Shown = {}) => {
    const found = await find(params)
    return renderPage(
      <AgentPage person={person} {...found} accounts={await connected(found.agency)} {...shown} />,
    )
  }

  const questioned = async (params: Params, actor: Actor) => perform.question(deleteAgent, params, actor)

  const deletePage = async (actor: Actor, person: Person, params: Params) => {
    const found = await find(params)
    const { done: asked, error } = await submit(questioned(params, actor))
    return renderPage(<DeleteAgentPage person={person} {...found} asked={asked} error={error?.sentence} />)
  }

  return new Elysia({ name: 'agent-pages' })
    .use(signedIn(deps))
    .get('/agencies/:agency/agents', async ({ person, params }) => await listPage(person, params), {
      params: agencyParams,
    })
    .post(
      '/agencies/:agency/agents',
      async ({ actor, flash, person, params, readForm, set, redirect }) => {
        const form = await readForm()
        const saving = given(form).then((input) =>
          perform(createAgent, { ...params, ...input, name: form.name ?? '' }, actor),
        )
        const { done, error } = await submit(saving, { fields: { option: 'options' } })
        if (done) {
          flash(
            `Created the agent ${done.name}.${done.default_in.length > 0 ? ' It takes the calls that don’t name an agent.' : ''}`,
          )
          return redirect(listPath(params), 303)
        }
        set.status = 422
        return await listPage(person, params, { typed: form, error })
      },
      { parse: 'none', params: agencyParams },
    )
    .get('/agencies/:agency/agents/:agent', async ({ person, params }) => await agentPage(person, params), {
      params: agentParams,
    })
    .post(
      '/agencies/:agency/agents/:agent',
      async ({ actor, flash, person, params, readForm, set, redirect }) => {
        const form = await readForm()
        const saving = given(form, (await find(params)).agent).then((input) =>
          perform(changeAgent, { ...params, ...input }, actor),
        )
        const { done, error } = await submit(saving, { fields: { option: 'options' } })
        if (done) {
          flash(`Saved the agent ${done.name}. The changes apply from its next call on.`)
          return redirect(listPath(params), 303)
        }
        set.status = 422
        return await agentPage(person, params, { typed: form, error })
      },
      { parse: 'none', params: agentParams },
    )
    .get(
      '/agencies/:agency/agents/:agent/delete',
      ({ actor, person, params }) => deletePage(actor, person, params),
      { params: agentParams },
    )
    .post(
      '/agencies/:agency/agents/:agent/delete',
      async ({ actor, flash, person, params, set, redirect, readForm }) => {
        await readForm()
        const { done } = await submit(perform(deleteAgent, params, actor))
        if (done) {
          flash(`Deleted the agent ${done.name}.`)
          return redirect(listPath(params), 303)
        }
        set.status = 422
        return deletePage(actor, person, params)
      },
      { parse: 'none', params: agentParams },
    )
    .post(
      '/agencies/:agency/agents/default',
      async ({ actor, flash, params, readForm, redirect }) => {
        const { environment, agent } = await readForm()
        const chosen = agent ? { agent } : { none: true }
        const where = { ...params, environment: environment as EnvironmentName }
        const set = await perform(chooseDefaultAgent, { ...where, ...chosen }, actor)
        flash(chooseDefaultAgent.says?.(set, where) ?? '')
        return redirect(listPath(params), 303)
      },
      { parse: 'none', params: agencyParams },
    )
}

/** An agent as a form has it; fails as its options do. */
const given = async (form: TypedAgent, before: Pick<Agent, 'options'> = newAgent): Promise<GivenAgent> => {
  const { name, provider, ref, from } = form
  return { name, provider, ref, from, option: optionChange(form, before) }
}
