import { Elysia } from 'elysia'
import { z } from 'zod'
import { Failure } from '../../failures.ts'
import { environmentNameSchema } from '../../names.ts'
import { destinationProblem } from '../../outgoing/destination.ts'
import type { Action, Doer } from '../../audit.ts'
import type { NotPromise } from '../../calls/commit.ts'
import type { Services } from '../../services.ts'
import type { Person } from '../../storage/people.ts'
import { replayed } from '../../webhooks/delivery.ts'
import { mintWebhookSecret } from '../../webhooks/secret.ts'
import { findAgency } from './agencies.tsx'
import { signedIn } from './guard.ts'
import { renderPage } from './pages/layout.tsx'
import { DeliveryPage } from './pages/delivery.tsx'
import { WebhookPage, webhookPath } from './pages/webhook.tsx'

const webhookParams = z.object({ agency: z.guid(), environment: environmentNameSchema })
const deliveryParams = webhookParams.extend({ delivery: z.string().max(64) })
type Params = z.infer<typeof webhookParams>

const deliveriesShown = 25
const base = '/agencies/:agency/integrations/api/:environment/webhook'

/** Where an environment's events go, and what became of them. */
export const webhookPages = (services: Services) => {
  const { audit, clock, config, deliveries, deliverer, environments, sendSample, webhooks } = services

  const find = (params: Params) => {
    const agency = findAgency(services, params.agency)
    const environment = environments.find(agency.id, params.environment)
    if (!environment) throw new Failure('not_found', { detail: 'There is no such environment.' })
    return { agency, environment, webhook: webhooks.find(environment.id) }
  }

  /** The endpoint that a form is about: without one there is nothing to change. */
  const findWebhook = (params: Params) => {
    const found = find(params)
    if (!found.webhook) throw new Failure('not_found', { detail: 'There is no webhook endpoint yet.' })
    return { ...found, webhook: found.webhook }
  }

  const findDelivery = (params: z.infer<typeof deliveryParams>) => {
    const found = find(params)
    const delivery = deliveries.find(params.delivery)
    if (delivery?.environmentId !== found.environment.id)
      throw new Failure('not_found', { detail: 'There is no such delivery.' })
    return { ...found, delivery }
  }

  interface Shown {
    typed?: string
    error?: string
    secret?: string
    query?: Record<string, string>
  }

  const page = (person: Person, params: Params, { query = {}, ...shown }: Shown = {}) => {
    const found = find(params)
    const { id } = found.environment
    const list = deliveries.page({
      environmentId: id,
      before: query.before || undefined,
      limit: deliveriesShown + 1,
    })
    const tested = query.tested === undefined ? undefined : deliveries.find(query.tested)
    return renderPage(
      <WebhookPage
        person={person}
        {...found}
        deliveries={list.slice(0, deliveriesShown)}
        older={list.length > deliveriesShown ? list[deliveriesShown - 1]?.id : undefined}
        counts={deliveries.counts(id)}
        tested={tested?.environmentId === id ? tested : undefined}
        now={clock.now()}
        {...shown}
      />,
    )
  }

  type Found = ReturnType<typeof find>

  /** Makes a change and writes it to the audit. Of an address only its host is told: the rest may be a secret. */
  const change = <T,>(
    by: Doer,
    { agency, environment, webhook }: Found,
    action: Action,
    make: () => NotPromise<T>,
  ): T =>
    audit.change(make, {
      ...by,
      action,
      agency: agency.id,
      environment: environment.name,
      ...(webhook ? { target: new URL(webhook.url).host } : {}),
    })

  const backTo = ({ agency, environment }: Found, rest = '') =>
    `${webhookPath(agency.id, environment.name)}${rest}`

  return new Elysia({ name: 'webhook-pages' })
    .use(signedIn(services))
    .get(base, ({ person, params, query }) => page(person, params, { query }), { params: webhookParams })
    .post(
      base,
      async ({ by, person, params, readForm, set }) => {
        const found = find(params)
        const { url = '' } = await readForm()
        const error = destinationProblem(url.trim(), { allowPrivate: config.allowPrivateDestinations })
        if (error !== undefined) {
          set.status = 422
          return page(person, params, { typed: url, error })
        }
        const secret = mintWebhookSecret()
        change(by, found, 'webhook.saved', () =>
          webhooks.save(found.environment.id, url.trim(), secret, clock.now()),
        )
        deliverer.wake()
        return page(person, params, found.webhook ? {} : { secret })
      },
      { parse: 'none', params: webhookParams },
    )
    .post(
      `${base}/secret`,
      ({ by, person, params }) => {
        const found = findWebhook(params)
        const secret = mintWebhookSecret()
        change(by, found, 'webhook.secret_rotated', () =>
          webhooks.rotate(found.environment.id, secret, clock.now()),
        )
        return page(person, params, { secret })
      },
      { parse: 'none', params: webhookParams },
    )
    .post(
      `${base}/test`,
      async ({ by, params, redirect }) => {
        const found = findWebhook(params)
        change(by, found, 'webhook.tested', () => undefined)
        const tested = await sendSample(found.environment)
        return redirect(backTo(found, tested && `?tested=${tested.id}`), 303)
      },
      { parse: 'none', params: webhookParams },
    )
    .post(
      `${base}/access`,
      async ({ by, params, readForm, redirect }) => {
        const found = findWebhook(params)
        const { enabled } = await readForm()
        if (enabled !== 'true' && enabled !== 'false')
          throw new Failure('invalid_body', { detail: 'enabled must be true or false' })
        change(by, found, 'webhook.switched', () =>
          webhooks.setEnabled(found.environment.id, enabled === 'true'),
        )
        deliverer.wake()
        return redirect(backTo(found), 303)
      },
      { parse: 'none', params: webhookParams },
    )
    .post(
      `${base}/remove`,
      ({ by, params, redirect }) => {
        const found = findWebhook(params)
        change(by, found, 'webhook.removed', () => webhooks.remove(found.environment.id))
        return redirect(backTo(found), 303)
      },
      { parse: 'none', params: webhookParams },
    )
    .post(
      `${base}/replay`,
      ({ by, params, redirect }) => {
        const found = findWebhook(params)
        change(by, found, 'webhook.replayed', () => deliveries.replayDead(found.environment.id, clock.now()))
        deliverer.wake()
        return redirect(backTo(found), 303)
      },
      { parse: 'none', params: webhookParams },
    )
    .get(
      `${base}/deliveries/:delivery`,
      ({ person, params }) =>
        renderPage(<DeliveryPage person={person} {...findDelivery(params)} now={clock.now()} />),
      { params: deliveryParams },
    )
    .post(
      `${base}/deliveries/:delivery/replay`,
      ({ by, params, redirect }) => {
        const found = findWebhook(params)
        const { delivery } = findDelivery(params)
        // One that is still on its way is not begun a second time.
        if (delivery.state !== 'pending')
          change(by, found, 'webhook.replayed', () =>
            deliveries.update(delivery, replayed(delivery, clock.now())),
          )
        deliverer.wake()
        return redirect(backTo(found, `/deliveries/${delivery.id}`), 303)
      },
      { parse: 'none', params: deliveryParams },
    )
}
