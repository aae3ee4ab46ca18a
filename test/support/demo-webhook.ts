import type { Call } from '../../src/calls/call.ts'
import type { Stores } from '../../src/storage/stores.ts'
import { type Delivery, newDelivery } from '../../src/webhooks/delivery.ts'
import { type EventName, payloadOf } from '../../src/webhooks/event.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { minuteMs } from './spans.ts'
import { atOnce } from '../../src/work.ts'

/** An endpoint that was out of order for a while. */
export const seedWebhook = (
  { webhooks, deliveries }: Stores,
  environmentId: string,
  call: Call,
  now: number,
) => {
  atOnce(
    webhooks.save(environmentId, 'https://crm.brightdental.example/hooks/calls', mintWebhookSecret(), now),
  )
  const names = {
    agent: 'Ben',
    environment: 'production',
    publicUrl: 'https://calls.brightdental.example',
  } as const
  const add = (event: EventName, given: Partial<Delivery>) => {
    const payload = JSON.stringify(payloadOf(event, call, names))
    const callId = event === 'test' ? null : call.id
    const createdAt = now - 11 * minuteMs
    const made = newDelivery({ environmentId, callId, event, payload, createdAt })
    const delivery = { ...made, attempts: 1, attemptedAt: createdAt, lastTookMs: 84, ...given }
    atOnce(deliveries.insert(delivery))
    return delivery
  }
  const refused = { lastStatus: 503, lastError: 'The endpoint responded with 503.', lastAnswer: 'Back soon' }
  const taken = { state: 'delivered', lastStatus: 200, lastAnswer: '{"ok":true}' } as const
  add('call_started', taken)
  add('call_ended', { ...refused, attempts: 2, nextAt: now + 4 * minuteMs })
  const dead = add('call_ended', { ...refused, attempts: 10, state: 'dead' })
  return { dead, test: add('test', taken) }
}
