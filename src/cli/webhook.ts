import { defineCommand } from 'citty'
import { systemClock } from '../clock.ts'
import { Refusal } from '../failures.ts'
import { destinationProblem } from '../outgoing/destination.ts'
import { createSend } from '../outgoing/send.ts'
import { createSample } from '../webhooks/sample.ts'
import { mintWebhookSecret } from '../webhooks/secret.ts'
import { confirm, yes } from './confirm.ts'
import { deliveries, presentDelivery, replay } from './deliveries.ts'
import { changeWebhook, findWebhook, whose } from './endpoint.ts'
import { configOf, findEnvironment, type Io, openStores, print, withStores } from './io.ts'

export const webhookCommand = (io: Io) =>
  defineCommand({
    meta: { name: 'webhook', description: 'Say where events go, test it, see deliveries and replay them' },
    subCommands: {
      set: set(io),
      test: test(io),
      deliveries: deliveries(io),
      replay: replay(io),
      enable: switching(io, 'enable', true, 'Switch the webhook on'),
      disable: switching(io, 'disable', false, 'Switch the webhook off; what is pending waits'),
      remove: defineCommand({
        meta: { name: 'remove', description: 'Remove the webhook; what is pending is given up' },
        args: { ...whose, ...yes },
        run: async ({ args }) => {
          withStores(io, (stores) => findWebhook(stores, args))
          await confirm(
            io,
            args.yes,
            `This ends the ${args.environment} webhook: what is pending is given up.`,
          )
          withStores(io, (stores) => {
            const { environment } = findWebhook(stores, args)
            changeWebhook(stores, args, 'webhook.removed', () => stores.webhooks.remove(environment.id))
          })
          print(io, args.json, { removed: true }, `The webhook of ${args.environment} is removed.`)
        },
      }),
    },
  })

const set = (io: Io) =>
  defineCommand({
    meta: { name: 'set', description: 'Save the address; the first time, print its signing secret once' },
    args: {
      ...whose,
      url: { type: 'string', required: true, description: 'An https address', valueHint: 'url' },
      'rotate-secret': {
        type: 'boolean',
        description: 'Make a new secret; the earlier one signs as well for 24 hours',
      },
    },
    run: ({ args }) => {
      const problem = destinationProblem(args.url, { allowPrivate: configOf(io).allowPrivateDestinations })
      if (problem) throw new Refusal(problem)
      const secret = withStores(io, (stores) => {
        const environment = findEnvironment(stores, args.agency, args.environment)
        const earlier = stores.webhooks.find(environment.id)
        const minted = mintWebhookSecret()
        const now = Date.now()
        changeWebhook(stores, args, 'webhook.saved', () =>
          stores.webhooks.save(environment.id, args.url, minted, now),
        )
        if (!earlier) return minted
        if (!args['rotate-secret']) return null
        changeWebhook(stores, args, 'webhook.secret_rotated', () =>
          stores.webhooks.rotate(environment.id, minted, now),
        )
        return minted
      })
      const shown =
        secret === null ? 'Its secret is as it was.' : `${secret}\nThis secret will not be shown again.`
      print(
        io,
        args.json,
        { url: args.url, secret },
        `The events of ${args.environment} go to ${args.url}\n${shown}`,
      )
    },
  })

const test = (io: Io) =>
  defineCommand({
    meta: { name: 'test', description: 'Send a test event now, and say how it went' },
    args: whose,
    run: async ({ args }) => {
      const { allowPrivateDestinations: allowPrivate } = configOf(io)
      using opened = openStores(io)
      const { environment } = findWebhook(opened.stores, args)
      changeWebhook(opened.stores, args, 'webhook.tested', () => undefined)
      const send = createSend({ allowPrivate })
      const tested = await createSample({ ...opened.stores, send, clock: systemClock })(environment)
      if (tested?.state !== 'delivered') throw new Refusal(tested?.lastError ?? 'The test was not delivered.')
      print(
        io,
        args.json,
        presentDelivery(tested),
        `Delivered: status ${tested.lastStatus} in ${tested.lastTookMs} ms. ${tested.lastAnswer ?? ''}`.trim(),
      )
    },
  })

const switching = (io: Io, name: 'enable' | 'disable', enabled: boolean, description: string) =>
  defineCommand({
    meta: { name, description },
    args: whose,
    run: ({ args }) => {
      withStores(io, (stores) => {
        const { environment } = findWebhook(stores, args)
        changeWebhook(stores, args, 'webhook.switched', () =>
          stores.webhooks.setEnabled(environment.id, enabled),
        )
      })
      const state = enabled ? 'on' : 'off'
      print(io, args.json, { webhook: state }, `The webhook of ${args.environment} is ${state}.`)
    },
  })
