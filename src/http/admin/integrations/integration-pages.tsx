import { Elysia } from 'elysia'
import { generateKey } from '../../../keys/operations/generate.ts'
import { disableKey, enableKey } from '../../../keys/operations/switch.ts'
import { type Limits, limitsOf } from '../../../limits/limits.ts'
import { ApiError } from '../../../failures.ts'
import type { Actor } from '../../../people/actor.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { ProviderAccount } from '../../../providers/account.ts'
import type { Environment } from '../../../agencies/environment.ts'
import { agencyParams, findAgency } from '../agencies/agency-pages.tsx'
import {
  type EnvironmentParams,
  environmentParams,
  type FindEnvironment,
  findEnvironment,
} from '../agencies/find-environment.ts'
import { type FirstCallDeps, firstCallOf } from './first-call.ts'
import { flagIn } from '../form.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { keyUse, type KeyUseDeps } from './key-use.ts'
import { ApiPage, type EnvironmentView, IntegrationsPage } from './integrations.tsx'
import { KeyShownPage } from './key-shown.tsx'
import { NewKeyPage, RotatePage } from './key.tsx'
import { renderPage, type Viewer } from '../../page/layout.tsx'
import { inTurn, run, type Work } from '../../../work.ts'

export interface IntegrationPagesDeps extends GuardDeps, FindEnvironment, FirstCallDeps, KeyUseDeps {
  accounts: { list(agencyId: string): Work<Pick<ProviderAccount, 'provider'>[]> }
  environments: FindEnvironment['environments'] & { list(agencyId: string): Work<Environment[]> }
  leases: { count(environmentId: string): number }
  usage: KeyUseDeps['usage'] & { lastUse(keyId: string): number | undefined }
  config: GuardDeps['config'] & Limits
  perform: Perform
}

export const integrationPages = (deps: IntegrationPagesDeps) => {
  const { accounts, clock, config, environments, keys, leases, perform, usage } = deps

  const view = async (environment: Environment): Promise<EnvironmentView> => {
    const { live: key, uses, oldKeys } = await keyUse(deps, environment.id)
    const lastUsedAt = key ? (usage.lastUse(key.id) ?? key.lastUsedAt) : null
    const limits = limitsOf(environment, config)
    return {
      ...environment,
      key,
      lastUsedAt,
      activeCalls: leases.count(environment.id),
      limits,
      uses,
      oldKeys,
    }
  }

  const findView = async (params: EnvironmentParams) => {
    const { agency, environment } = await findEnvironment(deps, params)
    return { agency, environment: await view(environment) }
  }

  const keyShown = async (person: Viewer, params: EnvironmentParams, refusal?: string) => {
    const { agency, environment } = await findView(params)
    const { key } = environment
    const facts = { person, agency, environment }
    return key && renderPage(<KeyShownPage {...facts} liveKey={key} refusal={refusal} />)
  }

  /** The error of a form that was sent before, or is from an old page. */
  const issue = async (input: EnvironmentParams & { replaces: string }, actor: Actor) => {
    try {
      return await perform(generateKey, input, actor)
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'key_changed') return error
      throw error
    }
  }

  return (
    new Elysia({ name: 'integration-pages' })
      .use(signedIn(deps))
      .get(
        '/agencies/:agency/integrations',
        async ({ person, params }) => {
          const agency = await findAgency(deps, params.agency)
          const own = await run(environments.list(agency.id))
          const connected = (await run(inTurn(own, ({ id }) => keys.live(id)))).some(Boolean)
          const connectedTo = new Set((await run(accounts.list(agency.id))).map(({ provider }) => provider))
          return renderPage(
            <IntegrationsPage person={person} agency={agency} connected={connected} accounts={connectedTo} />,
          )
        },
        { params: agencyParams },
      )
      .get(
        '/agencies/:agency/integrations/api',
        async ({ person, params, request, server }) => {
          const agency = await findAgency(deps, params.agency)
          const views = await Promise.all(
            (await run(environments.list(agency.id))).map(async (row) => ({
              ...(await view(row)),
              firstCall: await firstCallOf(deps, row, { request, server }),
            })),
          )
          return renderPage(
            <ApiPage person={person} agency={agency} environments={views} now={clock.now()} />,
          )
        },
        { params: agencyParams },
      )
      .get(
        '/agencies/:agency/integrations/api/:environment/rotate',
        async ({ actor, person, params, redirect }) => {
          const { agency, environment } = await findView(params)
          const { key } = environment
          const asked = key && (await perform.question(generateKey, { ...params, replaces: key.id }, actor))
          if (!asked) return redirect(`/admin/agencies/${agency.id}/integrations/api`, 303)
          const facts = { person, agency, environment, liveKey: key, asked }
          return renderPage(<RotatePage {...facts} />)
        },
        { params: environmentParams },
      )
      // For the address of the page that showed a key.
      .get(
        '/agencies/:agency/integrations/api/:environment/key',
        async ({ person, params, redirect }) =>
          (await keyShown(person, params)) ??
          redirect(`/admin/agencies/${params.agency}/integrations/api`, 303),
        { params: environmentParams },
      )
      .post(
        '/agencies/:agency/integrations/api/:environment/key',
        async ({ flash, actor, person, params, request, server, set, readForm }) => {
          const { replaces = '' } = await readForm()
          const issued = await issue({ ...params, replaces }, actor)
          if (issued instanceof ApiError) {
            const explained = await keyShown(person, params, issued.message)
            if (explained === undefined) throw issued
            set.status = issued.status
            return explained
          }
          flash(
            issued.replaced_last4 === null
              ? `Generated the ${params.environment} key.`
              : `Rotated the ${params.environment} key. The key ending in ${issued.replaced_last4} has stopped working.`,
          )
          const { agency, environment } = await findView(params)
          const shown = {
            token: issued.key,
            replacedLast4: issued.replaced_last4 ?? undefined,
            firstCall: await firstCallOf(deps, environment, { request, server }),
          }
          return renderPage(
            <NewKeyPage person={person} agency={agency} environment={environment} {...shown} />,
          )
        },
        { parse: 'none', params: environmentParams },
      )
      .post(
        '/agencies/:agency/integrations/api/:environment/access',
        async ({ actor, flash, params, readForm, redirect }) => {
          const form = await readForm()
          const { access } = await perform(flagIn(form, 'enabled') ? enableKey : disableKey, params, actor)
          flash(`API access in ${params.environment} is ${access}.`)
          return redirect(`/admin/agencies/${params.agency}/integrations/api`, 303)
        },
        { parse: 'none', params: environmentParams },
      )
  )
}
