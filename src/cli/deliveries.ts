import { defineCommand } from 'citty'
import { Refusal } from '../failures.ts'
import { type Delivery, replayed } from '../webhooks/delivery.ts'
import { changeWebhook, findWebhook, whose } from './endpoint.ts'
import { findEnvironment, type Io, iso, print, table, withStores } from './io.ts'

const usualLimit = '50'

export const deliveries = (io: Io) =>
  defineCommand({
    meta: { name: 'deliveries', description: 'List deliveries, newest first' },
    args: {
      ...whose,
      state: {
        type: 'enum' as const,
        options: ['pending', 'delivered', 'dead'],
        description: 'Only those in this state',
      },
      limit: { type: 'string', default: usualLimit, description: 'How many at most' },
    },
    run: ({ args }) => {
      const typed = args.limit.trim() || usualLimit
      const limit = /^\d{1,4}$/.test(typed) ? Number(typed) : 0
      if (limit < 1 || limit > 1000) throw new Refusal('The limit is a whole number from 1 to 1000.')
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
        found.map(presentDelivery),
        table(['ID', 'EVENT', 'STATE', 'ATTEMPTS', 'LAST ANSWER'], rows),
      )
    },
  })

export const replay = (io: Io) =>
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
          return changeWebhook(stores, args, 'webhook.replayed', () =>
            stores.deliveries.replayDead(environment.id, Date.now()),
          )
        const delivery = stores.deliveries.find(args.delivery)
        if (delivery?.environmentId !== environment.id)
          throw new Refusal(`There is no delivery ${args.delivery} in ${args.environment}.`)
        if (delivery.state === 'pending') throw new Refusal('That delivery is still on its way.')
        changeWebhook(stores, args, 'webhook.replayed', () =>
          stores.deliveries.update(delivery, replayed(delivery, Date.now())),
        )
        return 1
      })
      print(io, args.json, { replayed: number }, `${number} will be sent again by the server.`)
    },
  })

export const presentDelivery = (delivery: Delivery) => ({
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
