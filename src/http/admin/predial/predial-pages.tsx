import { Elysia } from 'elysia'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Clock } from '../../../clock.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Person } from '../../../people/person.ts'
import { type PredialHook, requireHook } from '../../../predial/hook.ts'
import { removePredial, setPredial, testPredial } from '../../../predial/operations/predial.ts'
import { renderPage } from '../../page/layout.tsx'
import { signingSecretAt } from '../../page/signed-url.tsx'
import {
  type EnvironmentParams,
  environmentParams,
  type FindEnvironment,
  findEnvironment,
} from '../agencies/find-environment.ts'
import { submit } from '../form.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { PredialPage, type TestResult } from './predial.tsx'
import { run, type Work } from '../../../work.ts'

const base = '/agencies/:agency/integrations/api/:environment/predial'

export interface PredialPagesDeps extends GuardDeps, FindEnvironment {
  predialHooks: { find(environmentId: string): Work<PredialHook | undefined> }
  perform: Perform
  clock: Pick<Clock, 'now'>
}

/** The page of an environment's pre-dial hook. */
export const predialPages = (deps: PredialPagesDeps) => {
  const { clock, perform, predialHooks } = deps

  interface Shown {
    typed?: string
    error?: FieldProblem
    secret?: string
    tested?: TestResult
  }

  const pathOf = ({ agency, environment }: EnvironmentParams) =>
    `/admin/agencies/${agency}/integrations/api/${environment}/predial`

  const page = async (person: Person, params: EnvironmentParams, shown: Shown = {}) => {
    const found = await findEnvironment(deps, params)
    const hook = await run(predialHooks.find(found.environment.id))
    return renderPage(
      <PredialPage
        person={person}
        {...found}
        hook={hook}
        path={pathOf(params)}
        now={clock.now()}
        {...shown}
      />,
    )
  }

  return new Elysia({ name: 'predial-pages' })
    .use(signedIn(deps))
    .get(base, async ({ person, params }) => await page(person, params), { params: environmentParams })
    .post(
      base,
      async ({ actor, flash, once, person, params, readForm, redirect, set }) => {
        const { url = '' } = await readForm()
        const options = await once(signingSecretAt(pathOf(params)))
        const { done, error } = await submit(perform(setPredial, { ...params, url }, actor, options))
        if (done) {
          flash(`Pre-dial hook saved. Before each real call of ${params.environment}, callgate asks ${url}`)
          return done.secret === null
            ? redirect(pathOf(params), 303)
            : await page(person, params, { secret: done.secret })
        }
        set.status = 422
        return await page(person, params, { typed: url, error })
      },
      { parse: 'none', params: environmentParams },
    )
    .post(
      `${base}/secret`,
      async ({ flash, actor, once, person, params, readForm }) => {
        await readForm()
        const options = await once(signingSecretAt(pathOf(params)))
        const { url } = await run(
          requireHook(predialHooks, (await findEnvironment(deps, params)).environment.id),
        )
        const rotated = await perform(setPredial, { ...params, url, rotate_secret: true }, actor, options)
        flash('Signing secret rotated. For 24 hours, requests are signed with both secrets.')
        return await page(person, params, { secret: rotated.secret ?? '' })
      },
      { parse: 'none', params: environmentParams },
    )
    .post(
      `${base}/test`,
      async ({ actor, flash, person, params }) => {
        const tested = await perform(testPredial, params, actor)
        flash('Test request sent. The result is below.')
        return await page(person, params, { tested })
      },
      { parse: 'none', params: environmentParams },
    )
    .post(
      `${base}/remove`,
      async ({ flash, actor, params, redirect, readForm }) => {
        await readForm()
        await perform(removePredial, params, actor)
        flash(`Removed the pre-dial hook of ${params.environment}.`)
        return redirect(pathOf(params), 303)
      },
      { parse: 'none', params: environmentParams },
    )
}
