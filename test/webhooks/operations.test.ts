import { expect, test } from 'bun:test'
import type { ApiError } from '../../src/failures.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import { listDeliveries, replayWebhook, testWebhook } from '../../src/webhooks/operations/deliveries.ts'
import { rotateWebhookSecret, setWebhook } from '../../src/webhooks/operations/set.ts'
import { createGate } from '../support/gate.ts'
import { startReceiver } from '../support/receiver.ts'
import { atOnce } from '../../src/work.ts'

const environment = { agency: 'Acme', environment: 'production' as const }

const open = async () => {
  const { services, production } = createGate()
  const { perform } = services
  const set = (url: string) => perform(setWebhook, { ...environment, url }, commandLineActor)
  const { secret } = await set('https://one.example/path-is-a-secret')
  const lastLine = () => atOnce(services.audit.list({ limit: 1 }))[0]
  return { services, perform, production, set, secret, lastLine }
}

test('a webhook that moves to another host says in the audit from where and to where, and nothing of its path', async () => {
  const { set, lastLine } = await open()
  expect(lastLine()).toMatchObject({ action: 'webhook.saved', target: 'one.example' })
  await set('https://two.example/other-secret')
  expect(lastLine()).toMatchObject({ action: 'webhook.saved', target: 'two.example, until now one.example' })
})

test('the signing secret is shown when it is made, and not when the address alone changes', async () => {
  const { perform, set, secret } = await open()
  expect(secret).toStartWith('whsec_')
  expect((await set('https://one.example/b')).secret).toBeNull()
  const rotated = await perform(rotateWebhookSecret, environment, commandLineActor)
  expect(rotated.secret).toStartWith('whsec_')
  expect(rotated.secret).not.toBe(secret ?? '')
})

test('one test of an endpoint goes on at a time: a second is told so and leaves no trace, another endpoint is tested beside it', async () => {
  const answers: (() => void)[] = []
  await using receiver = startReceiver(async () => {
    await new Promise<void>((answer) => answers.push(answer))
    return new Response()
  })
  const { services } = createGate()
  const { audit, perform } = services
  const staging = { ...environment, environment: 'staging' as const }
  for (const each of [environment, staging])
    await perform(setWebhook, { ...each, url: receiver.url }, commandLineActor)
  const first = [environment, staging].map((each) => perform(testWebhook, each, commandLineActor))
  while (answers.length < 2) await Bun.sleep(1)
  const before = atOnce(audit.list({ limit: 9 }))
  await expect(perform(testWebhook, environment, commandLineActor)).rejects.toMatchObject({
    status: 409,
    message: 'A test of this webhook is in progress. Wait for its result.',
  })
  expect(atOnce(audit.list({ limit: 9 }))).toEqual(before)
  for (const answer of answers.splice(0)) answer()
  expect(await Promise.all(first)).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }])

  const again = perform(testWebhook, environment, commandLineActor)
  while (answers.length < 1) await Bun.sleep(1)
  answers[0]?.()
  expect(await again).toMatchObject({ state: 'delivered' })
})

test('a delivery that is still on its way is not begun a second time, and whoever asks is told', async () => {
  const { services, perform, production } = await open()
  const delivery = newDelivery({
    environmentId: production.id,
    callId: null,
    event: 'test',
    payload: '{}',
    createdAt: 0,
  })
  atOnce(services.deliveries.insert(delivery))
  const before = atOnce(services.audit.list({ limit: 9 }))
  const replaying = perform(replayWebhook, { ...environment, delivery: delivery.id }, commandLineActor)
  expect(((await replaying.catch((error: unknown) => error)) as ApiError).message).toBe(
    'That delivery is still on its way.',
  )
  expect(atOnce(services.audit.list({ limit: 9 }))).toEqual(before)
  expect(await perform(listDeliveries, environment, commandLineActor)).toMatchObject([
    { id: delivery.id, state: 'pending' },
  ])
})
