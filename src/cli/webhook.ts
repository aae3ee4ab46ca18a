import { defineCommand } from 'citty'
import { type Action, commandLine } from '../audit.ts'
import type { NotPromise } from '../calls/commit.ts'
import { systemClock } from '../clock.ts'
import { Refusal } from '../failures.ts'
import type { EnvironmentName } from '../keys/keyring.ts'
import { destinationProblem } from '../outgoing/destination.ts'
import { createSend } from '../outgoing/send.ts'
import { type Delivery, replayed } from '../webhooks/delivery.ts'
import { createSample } from '../webhooks/sample.ts'
import { mintWebhookSecret } from '../webhooks/secret.ts'
import {
  agencyId,
  configOf,
  environmentName,
  findEnvironment,
  type Io,
  iso,
  json,
  openStores,
  print,
  type Stores,
  table,
  withStores,
} from './io.ts'

const whose = { ...agencyId, ...environmentName, ...json }
type Whose = { agency: string; environment: EnvironmentName }

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
        args: whose,
        run: ({ args }) => {
          withStores(io, (stores) => {
            const { environment } = findWebhook(stores, args)
            change(stores, args, 'webhook.removed', () => stores.webhooks.remove(environment.id))
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
        change(stores, args, 'webhook.saved', () =>
          stores.webhooks.save(environment.id, args.url, minted, now),
        )
        if (!earlier) return minted
        if (!args['rotate-secret']) return null
        change(stores, args, 'webhook.secret_rotated', () =>
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
      change(opened.stores, args, 'webhook.tested', () => undefined)
      const send = createSend({ allowPrivate })
      const tested = await createSample({ ...opened.stores, send, clock: systemClock })(environment)
      if (tested?.state !== 'delivered') throw new Refusal(tested?.lastError ?? 'The test was not delivered.')
      print(
        io,
        args.json,
        present(tested),
        `Delivered: status ${tested.lastStatus} in ${tested.lastTookMs} ms. ${tested.lastAnswer ?? ''}`.trim(),
      )
    },
  })

const deliveries = (io: Io) =>
  defineCommand({
    meta: { name: 'deliveries', description: 'List deliveries, newest first' },
    args: {
      ...whose,
      state: {
        type: 'enum' as const,
        options: ['pending', 'delivered', 'dead'],
        description: 'Only those in this state',
      },
      limit: { type: 'string', default: '50', description: 'How many at most' },
    },
    run: ({ args }) => {
      const limit = Number(args.limit)
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
        throw new Refusal('The limit is a whole number from 1 to 1000.')
      const state = args.state as Delivery['state'] | undefined
      const found = withStores(io, (stores) => {
        const { id: environmentId } = findEnvironment(stores, args.agency, args.environment)
        return stores.deliveries.page({ environmentId, state, limit })
      })
      const rows = found.map(({ id, event, state: now, attempts, lastStatus, lastError }) => [
        id,
        event,
        now,
        String(attempts),
        String(lastStatus ?? lastError ?? '–'),
      ])
      print(
        io,
        args.json,
        found.map(present),
        table(['ID', 'EVENT', 'STATE', 'ATTEMPTS', 'LAST ANSWER'], rows),
      )
    },
  })

const replay = (io: Io) =>
  defineCommand({
    meta: { name: 'replay', description: 'Send one delivery again, or all that were given up' },
    args: {
      ...whose,
      delivery: { type: 'string', description: 'One of them, by its id', valueHint: 'id' },
      dead: { type: 'boolean', description: 'All that were given up' },
    },
    run: ({ args }) => {
      if ((args.delivery === undefined) === (args.dead !== true))
        throw new Refusal('Choose one: --delivery ID or --dead.')
      const number = withStores(io, (stores) => {
        const { environment } = findWebhook(stores, args)
        if (args.delivery === undefined)
          return change(stores, args, 'webhook.replayed', () =>
            stores.deliveries.replayDead(environment.id, Date.now()),
          )
        const delivery = stores.deliveries.find(args.delivery)
        if (delivery?.environmentId !== environment.id)
          throw new Refusal(`There is no delivery ${args.delivery} in ${args.environment}.`)
        if (delivery.state === 'pending') throw new Refusal('That delivery is still on its way.')
        change(stores, args, 'webhook.replayed', () =>
          stores.deliveries.update(delivery, replayed(delivery, Date.now())),
        )
        return 1
      })
      print(io, args.json, { replayed: number }, `${number} will be sent again by the server.`)
    },
  })

const switching = (io: Io, name: 'enable' | 'disable', enabled: boolean, description: string) =>
  defineCommand({
    meta: { name, description },
    args: whose,
    run: ({ args }) => {
      withStores(io, (stores) => {
        const { environment } = findWebhook(stores, args)
        change(stores, args, 'webhook.switched', () => stores.webhooks.setEnabled(environment.id, enabled))
      })
      const state = enabled ? 'on' : 'off'
      print(io, args.json, { webhook: state }, `The webhook of ${args.environment} is ${state}.`)
    },
  })

const findWebhook = (stores: Stores, { agency, environment: name }: Whose) => {
  const environment = findEnvironment(stores, agency, name)
  const webhook = stores.webhooks.find(environment.id)
  if (!webhook) throw new Refusal(`There is no webhook in ${name}. Use: callgate webhook set`)
  return { environment, webhook }
}

/** Makes a change and writes it to the audit. */
const change = <T>(
  stores: Stores,
  { agency, environment }: Whose,
  action: Action,
  make: () => NotPromise<T>,
): T => stores.audit.change(make, { ...commandLine(Date.now()), action, agency, environment })

const present = (delivery: Delivery) => ({
  id: delivery.id,
  event: delivery.event,
  call_id: delivery.callId,
  state: delivery.state,
  attempts: delivery.attempts,
  created_at: iso(delivery.createdAt),
  next_at: delivery.state === 'pending' ? iso(delivery.nextAt) : null,
  last_status: delivery.lastStatus,
  last_answer: delivery.lastAnswer,
  last_error: delivery.lastError,
})
