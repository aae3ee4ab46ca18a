import { Elysia } from 'elysia'
import { z } from 'zod'
import { ApiError } from '../../../failures.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Clock } from '../../../clock.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Person } from '../../../people/person.ts'
import { type Delivery, deliveryStates, type PastAttempt } from '../../../webhooks/delivery.ts'
import type { Endpoint } from '../../../webhooks/endpoint.ts'
import { replayWebhook, testWebhook } from '../../../webhooks/operations/deliveries.ts'
import {
  disableWebhook,
  enableWebhook,
  removeWebhook,
  rotateWebhookSecret,
  setWebhook,
} from '../../../webhooks/operations/set.ts'
import {
  type EnvironmentParams,
  environmentParams,
  type FindEnvironment,
  findEnvironment,
} from '../agencies/find-environment.ts'
import { flagIn, submit } from '../form.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { signingSecretAt } from '../../page/signed-url.tsx'
import { counted, renderPage } from '../../page/layout.tsx'
import { DeliveryPage } from './delivery-page.tsx'
import { ReplayAllPage } from './replay-all.tsx'
import { WebhookPage } from './webhook.tsx'
import { webhookPath } from './webhook-path.ts'
import { run, type Work } from '../../../work.ts'

const deliveryParams = environmentParams.extend({ delivery: z.string().max(64) })

const deliveriesShown = 25
const base = '/agencies/:agency/integrations/api/:environment/webhook'

export interface WebhookPagesDeps extends GuardDeps, FindEnvironment {
  deliveries: {
    find(id: string): Work<Delivery | undefined>
    /** An environment's deliveries, newest first, those with ids below `before`. */
    page(query: {
      environmentId: string
      state: Delivery['state'] | undefined
      before: string | undefined
      limit: number
    }): Work<Delivery[]>
    /** The attempts so far, the last one first. */
    attempts(delivery: Delivery): Work<PastAttempt[]>
    /** The number of an environment's deliveries by state. */
    counts(environmentId: string): Work<Record<Delivery['state'], number>>
  }
  webhooks: { find(environmentId: string): Work<Endpoint | undefined> }
  perform: Perform
  clock: Pick<Clock, 'now'>
}

/** The pages of an environment's webhook and its deliveries. */
export const webhookPages = (deps: WebhookPagesDeps) => {
  const { clock, deliveries, perform, webhooks } = deps

  const find = async (params: EnvironmentParams) => {
    const found = await findEnvironment(deps, params)
    return { ...found, webhook: await run(webhooks.find(found.environment.id)) }
  }

  const findDelivery = async (params: z.infer<typeof deliveryParams>) => {
    const found = await find(params)
    const delivery = await run(deliveries.find(params.delivery))
    if (delivery?.environmentId !== found.environment.id)
      throw new ApiError('not_found', { detail: 'There is no such delivery.' })
    return { ...found, delivery }
  }

  interface Shown {
    typed?: string
    error?: FieldProblem
    secret?: string
    query?: Record<string, string>
  }

  const page = async (person: Person, params: EnvironmentParams, { query = {}, ...shown }: Shown = {}) => {
    const found = await find(params)
    const { id } = found.environment
    const state = deliveryStates.find((each) => each === query.state)
    const list = await run(
      deliveries.page({
        environmentId: id,
        state,
        before: query.before || undefined,
        limit: deliveriesShown + 1,
      }),
    )
    const tested = query.tested === undefined ? undefined : await run(deliveries.find(query.tested))
    return renderPage(
      <WebhookPage
        person={person}
        {...found}
        deliveries={list.slice(0, deliveriesShown)}
        older={list.length > deliveriesShown ? list[deliveriesShown - 1]?.id : undefined}
        counts={await run(deliveries.counts(id))}
        state={state}
        tested={tested?.environmentId === id ? tested : undefined}
        now={clock.now()}
        {...shown}
      />,
    )
  }

  const backTo = ({ agency, environment }: EnvironmentParams, rest = '') =>
    `${webhookPath(agency, environment)}${rest}`

  return new Elysia({ name: 'webhook-pages' })
    .use(signedIn(deps))
    .get(base, async ({ person, params, query }) => await page(person, params, { query }), {
      params: environmentParams,
    })
    .post(
      base,
      async ({ actor, flash, once, person, params, readForm, redirect, set }) => {
        const { url = '' } = await readForm()
        const options = await once(signingSecretAt(backTo(params)))
        const { done, error } = await submit(perform(setWebhook, { ...params, url }, actor, options))
        if (done) {
          flash(`Webhook saved. Deliveries go to ${done.url}`)
          return done.secret === null
            ? redirect(backTo(params), 303)
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
        const options = await once(signingSecretAt(backTo(params)))
        const { secret } = await perform(rotateWebhookSecret, params, actor, options)
        flash('Signing secret rotated. For 24 hours, deliveries are signed with both secrets.')
        return await page(person, params, { secret })
      },
      { parse: 'none', params: environmentParams },
    )
    .post(
      `${base}/test`,
      async ({ flash, actor, params, redirect }) => {
        const tested = await perform(testWebhook, params, actor)
        flash('Test event sent. The result is below.')
        return redirect(backTo(params, `?tested=${tested.id}`), 303)
      },
      { parse: 'none', params: environmentParams },
    )
    .post(
      `${base}/access`,
      async ({ actor, flash, params, readForm, redirect }) => {
        const form = await readForm()
        const { webhook } = await perform(
          flagIn(form, 'enabled') ? enableWebhook : disableWebhook,
          params,
          actor,
        )
        flash(`The ${params.environment} webhook is ${webhook === 'on' ? 'enabled' : 'disabled'}.`)
        return redirect(backTo(params), 303)
      },
      { parse: 'none', params: environmentParams },
    )
    .post(
      `${base}/remove`,
      async ({ flash, actor, params, redirect, readForm }) => {
        await readForm()
        await perform(removeWebhook, params, actor)
        flash(`Removed the ${params.environment} webhook.`)
        return redirect(backTo(params), 303)
      },
      { parse: 'none', params: environmentParams },
    )
    .get(
      `${base}/replay`,
      async ({ person, params, redirect }) => {
        const { agency, environment, webhook } = await find(params)
        const { dead } = await run(deliveries.counts(environment.id))
        if (!webhook || dead === 0) return redirect(backTo(params), 303)
        return renderPage(
          <ReplayAllPage
            person={person}
            agency={agency}
            environment={environment}
            webhook={webhook}
            dead={dead}
          />,
        )
      },
      { params: environmentParams },
    )
    .post(
      `${base}/replay`,
      async ({ flash, actor, params, redirect }) => {
        const { replayed } = await perform(replayWebhook, { ...params, dead: true }, actor)
        flash(`Sending ${counted(replayed, 'failed delivery', 'failed deliveries')} again.`)
        return redirect(backTo(params), 303)
      },
      { parse: 'none', params: environmentParams },
    )
    .get(
      `${base}/deliveries/:delivery`,
      async ({ person, params }) => {
        const found = await findDelivery(params)
        const shown = { ...found, attempts: await run(deliveries.attempts(found.delivery)), now: clock.now() }
        return renderPage(<DeliveryPage person={person} {...shown} />)
      },
      { params: deliveryParams },
    )
    .post(
      `${base}/deliveries/:delivery/replay`,
      async ({ flash, actor, params, redirect }) => {
        await perform(replayWebhook, params, actor)
        flash('Sending the event again.')
        return redirect(backTo(params, `/deliveries/${params.delivery}`), 303)
      },
      { parse: 'none', params: deliveryParams },
    )
}
