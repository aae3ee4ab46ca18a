import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { environmentNameSchema, iso, time } from '../../names.ts'
import type { OneAtATime } from '../../outgoing/one-at-a-time.ts'
import { operation } from '../../operation/operation.ts'
import { type Delivery, deliveryStates, replayed } from '../delivery.ts'
import { type Endpoint, endpointTarget, requireEndpoint } from '../endpoint.ts'
import { run, type Work } from '../../work.ts'

const delivery = z.object({
  id: z.string(),
  event: z.string(),
  call_id: z.string().nullable(),
  state: z.enum(deliveryStates),
  attempts: z.int(),
  created_at: time,
  next_at: time.nullable(),
  last_status: z.int().nullable(),
  last_answer: z.string().nullable(),
  last_error: z.string().nullable(),
  last_took_ms: z.number().nullable(),
})

const present = (row: Delivery) => ({
  id: row.id,
  event: row.event,
  call_id: row.callId,
  state: row.state,
  attempts: row.attempts,
  created_at: iso(row.createdAt),
  next_at: row.state === 'pending' ? iso(row.nextAt) : null,
  last_status: row.lastStatus,
  last_answer: row.lastAnswer,
  last_error: row.lastError,
  last_took_ms: row.lastTookMs,
})

interface FindEndpoint {
  webhooks: { find(environmentId: string): Work<Endpoint | undefined> }
}

interface TestDeps extends FindEndpoint {
  sendSample(environment: {
    id: string
    agencyId: string
    name: 'production' | 'staging'
  }): Promise<Delivery | undefined>
  tests: Pick<OneAtATime, 'begin'>
}

export const testWebhook = operation({
  name: 'webhook.test',
  summary: 'Sends a test event and shows the result.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output: delivery,
  says: ({ state, last_status, last_took_ms, last_answer }) =>
    state === 'delivered'
      ? `Delivered: status ${last_status} in ${last_took_ms} ms. ${last_answer ?? ''}`.trim()
      : 'Not delivered.',
  fails: ({ state, last_error }) =>
    state === 'delivered' ? undefined : (last_error ?? 'The test event was not delivered.'),
  run: async ({ webhooks, sendSample, tests }: TestDeps, { environment, change }) => {
    const endpoint = await run(requireEndpoint(webhooks, environment.id))
    using test = tests.begin(environment.id)
    if (!test)
      throw new ApiError('conflict', {
        detail: 'A test of this webhook is in progress. Wait for its result.',
      })
    await change(
      function* () {
        return undefined
      },
      { action: 'webhook.tested', target: endpointTarget(endpoint) },
    )
    const tested = await sendSample(environment)
    if (!tested) throw new ApiError('conflict', { detail: 'The webhook was removed in the meantime.' })
    return present(tested)
  },
})

interface ListDeps {
  deliveries: {
    page(query: {
      environmentId: string
      state?: Delivery['state'] | undefined
      before?: string | undefined
      limit: number
    }): Work<Delivery[]>
  }
}

const deliveriesMost = 1000

export const listDeliveries = operation({
  name: 'webhook.deliveries',
  summary: 'Lists webhook deliveries, newest first.',
  scope: 'environment',
  may: 'admin',
  input: {
    state: z.enum(deliveryStates).optional().meta({ description: 'Only those in this state' }),
    before: z.string().max(64).optional().meta({ description: 'Only those older than this one', hint: 'id' }),
    limit: z
      .int()
      .min(1)
      .max(deliveriesMost)
      .default(50)
      .meta({ description: `How many at most, up to ${deliveriesMost}` }),
  },
  output: z.array(delivery),
  columns: ['id', 'event', 'state', 'attempts', 'created_at', 'last_status', 'last_error'],
  empty: 'There are no such deliveries.',
  *run({ deliveries }: ListDeps, { environment, input }) {
    return (yield* deliveries.page({ environmentId: environment.id, ...input })).map(present)
  },
})

interface ReplayDeps extends FindEndpoint {
  deliveries: {
    find(id: string): Work<Delivery | undefined>
    update(before: Delivery, after: Delivery): Work<void>
    replayDead(environmentId: string, now: number): Work<number>
  }
  deliverer: { wake(): void }
}

export const replayWebhook = operation({
  name: 'webhook.replay',
  summary: 'Sends one delivery again, or all failed ones.',
  scope: 'environment',
  may: 'admin',
  input: {
    delivery: z.string().max(64).optional().meta({ description: 'One of them, by its id', hint: 'id' }),
    dead: z.boolean().optional().meta({ description: 'All that failed for good' }),
  },
  output: z.object({ environment: environmentNameSchema, replayed: z.int() }),
  says: ({ replayed: count }) =>
    `${count} ${count === 1 ? 'delivery' : 'deliveries'} will be sent again by the server.`,
  run: async (deps: ReplayDeps, { environment, input, now, change }) => {
    if ((input.delivery === undefined) === (input.dead !== true))
      throw new ApiError('invalid_input', { detail: 'Choose one: delivery or dead.' })
    const endpoint = await run(requireEndpoint(deps.webhooks, environment.id))
    const entry = { action: 'webhook.replayed', target: endpointTarget(endpoint) } as const
    const { delivery: id } = input
    const count = await change(
      () =>
        id === undefined
          ? deps.deliveries.replayDead(environment.id, now)
          : replayOne(deps, environment.id, id, now),
      entry,
    )
    deps.deliverer.wake()
    return { environment: environment.name, replayed: count }
  },
})

const replayOne = function* ({ deliveries }: ReplayDeps, environmentId: string, id: string, now: number) {
  const found = yield* deliveries.find(id)
  if (found?.environmentId !== environmentId)
    throw new ApiError('not_found', { detail: 'There is no such delivery.' })
  if (found.state === 'pending')
    throw new ApiError('conflict', { detail: 'That delivery is still on its way.' })
  yield* deliveries.update(found, replayed(found, now))
  return 1
}
