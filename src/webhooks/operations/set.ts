import { z } from 'zod'
import { environmentNameSchema } from '../../names.ts'
import { type Context, operation } from '../../operation/operation.ts'
import { requireAllowedDestination } from '../../operation/refused-destination.ts'
import type { DestinationRules } from '../../outgoing/destination.ts'
import type { Delivery } from '../delivery.ts'
import { type Endpoint, endpointTarget, requireEndpoint } from '../endpoint.ts'
import { mintWebhookSecret, secretSaid } from '../secret.ts'
import { signedUrlInput, signedUrlOutput } from './signed-url.ts'
import { run, type Work } from '../../work.ts'

interface Waking {
  deliverer: { wake(): void }
}

interface SetDeps extends Waking {
  webhooks: {
    find(environmentId: string): Work<Endpoint | undefined>
    save(environmentId: string, url: string, secret: string, now: number): Work<unknown>
    rotate(environmentId: string, secret: string, now: number): Work<void>
  }
  destinationRules: DestinationRules
}

export const setWebhook = operation({
  name: 'webhook.set',
  summary: 'Saves the URL for an environment’s events. The first time, it shows the signing secret once.',
  scope: 'environment',
  may: 'admin',
  input: signedUrlInput,
  output: signedUrlOutput,
  says: ({ environment, url, secret }) => `The events of ${environment} go to ${url}\n${secretSaid(secret)}`,
  run: async (deps: SetDeps, { environment, input, now, change, record }) => {
    const { webhooks, destinationRules, deliverer } = deps
    await requireAllowedDestination(change, input.url, destinationRules)
    const secret = mintWebhookSecret()
    const rotated = { action: 'webhook.secret_rotated', target: endpointTarget(input) } as const
    const { isShown } = await change(
      function* () {
        const before = yield* webhooks.find(environment.id)
        const saved = { action: 'webhook.saved', target: endpointTarget(input, before) } as const
        const rotates = before !== undefined && input.rotate_secret === true
        yield* webhooks.save(environment.id, input.url, secret, now)
        if (rotates) {
          yield* record(saved)
          yield* webhooks.rotate(environment.id, secret, now)
        }
        return { entry: rotates ? rotated : saved, isShown: before === undefined || rotates }
      },
      ({ entry }) => entry,
    )
    deliverer.wake()
    return { environment: environment.name, url: input.url, secret: isShown ? secret : null }
  },
})

interface RotateDeps {
  webhooks: Pick<SetDeps['webhooks'], 'find' | 'rotate'>
}

export const rotateWebhookSecret = operation({
  name: 'webhook.rotate',
  summary: 'Creates a new signing secret. The old one also signs for 24 more hours.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output: z.object({ environment: environmentNameSchema, secret: z.string() }),
  says: ({ secret }) => secretSaid(secret),
  run: async ({ webhooks }: RotateDeps, { environment, now, change }) => {
    const endpoint = await run(requireEndpoint(webhooks, environment.id))
    const secret = mintWebhookSecret()
    await change(() => webhooks.rotate(environment.id, secret, now), {
      action: 'webhook.secret_rotated',
      target: endpointTarget(endpoint),
    })
    return { environment: environment.name, secret }
  },
})

interface Pending {
  deliveries: { counts(environmentId: string): Work<Record<Delivery['state'], number>> }
}

const pendingInWords = function* ({ deliveries }: Pending, { environment }: Context<'environment'>) {
  const { pending } = yield* deliveries.counts(environment.id)
  return pending === 1 ? '1 delivery is pending.' : `${pending} deliveries are pending.`
}

interface SwitchDeps extends Waking, Pending {
  webhooks: {
    find(environmentId: string): Work<Endpoint | undefined>
    setEnabled(environmentId: string, enabled: boolean): Work<void>
  }
}

const switched = {
  scope: 'environment',
  may: 'admin',
  input: {},
  output: z.object({ environment: environmentNameSchema, webhook: z.enum(['on', 'off']) }),
  says: ({ environment, webhook }: { environment: string; webhook: string }) =>
    `The ${environment} webhook is ${webhook}.`,
} as const

const switchTo =
  (state: 'on' | 'off') =>
  async ({ webhooks, deliverer }: SwitchDeps, { environment, change }: Context<'environment'>) => {
    const endpoint = await run(requireEndpoint(webhooks, environment.id))
    await change(() => webhooks.setEnabled(environment.id, state === 'on'), {
      action: 'webhook.switched',
      target: `${state}: ${endpointTarget(endpoint)}`,
    })
    deliverer.wake()
    return { environment: environment.name, webhook: state }
  }

export const enableWebhook = operation({
  ...switched,
  name: 'webhook.enable',
  summary: 'Enables the webhook.',
  run: switchTo('on'),
})

export const disableWebhook = operation({
  ...switched,
  name: 'webhook.disable',
  summary: 'Disables the webhook. Pending deliveries wait.',
  *ends({ webhooks }: SwitchDeps, { environment }) {
    return (yield* requireEndpoint(webhooks, environment.id)).enabled
      ? `The ${environment.name} webhook gets no more events. What is pending waits; what happens meanwhile is not kept.`
      : undefined
  },
  impact: pendingInWords,
  run: switchTo('off'),
})

interface RemoveDeps extends Pending {
  webhooks: {
    find(environmentId: string): Work<Endpoint | undefined>
    remove(environmentId: string): Work<void>
  }
}

export const removeWebhook = operation({
  name: 'webhook.remove',
  summary: 'Removes the webhook. Pending deliveries fail.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output: z.object({ environment: environmentNameSchema, removed: z.literal(true) }),
  says: ({ environment }) => `The ${environment} webhook is removed.`,
  *ends({ webhooks }: RemoveDeps, { environment }) {
    return `The ${environment.name} webhook ${endpointTarget(yield* requireEndpoint(webhooks, environment.id))} gets no more events, and its signing secret is lost.`
  },
  impact: pendingInWords,
  run: async ({ webhooks }: RemoveDeps, { environment, change }) => {
    const endpoint = await run(requireEndpoint(webhooks, environment.id))
    await change(() => webhooks.remove(environment.id), {
      action: 'webhook.removed',
      target: endpointTarget(endpoint),
    })
    return { environment: environment.name, removed: true as const }
  },
})
