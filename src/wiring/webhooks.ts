import type { Call } from '../calls/call.ts'
import type { Clock } from '../clock.ts'
import type { Commit } from '../commit.ts'
import type { OutgoingLimiter } from '../outgoing/limiter.ts'
import type { Send } from '../outgoing/send.ts'
import { capabilitiesOf } from '../providers/kinds.ts'
import type { Stores } from '../storage/stores.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { attempt } from '../webhooks/attempt.ts'
import { Deliverer } from '../webhooks/deliverer.ts'
import type { Delivery } from '../webhooks/delivery.ts'
import { createOutbox } from '../webhooks/outbox.ts'
import { createSample } from '../webhooks/sample.ts'

interface WebhookDeps {
  stores: Pick<Stores, 'agents' | 'deliveries' | 'webhooks'>
  send: Send
  limiter: OutgoingLimiter
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
  commit: Commit
  metrics: Pick<Metrics, 'attempt'>
  clock: Clock
  log: Log
}

/** The outbox, which takes the events of calls, and their delivery to the endpoints. */
export const wireWebhooks = (deps: WebhookDeps) => {
  const { stores, send, limiter, publicUrl, commit, metrics, clock, log } = deps
  const { agents, deliveries, webhooks } = stores
  const capabilities = (call: Call) => capabilitiesOf(call.provider)
  const webhookDeps = { webhooks, deliveries, send, limiter, clock, publicUrl }
  const deliverer = new Deliverer({
    endpoints: {
      find: webhooks.find,
      switchOff: (environmentId, reason) => webhooks.setEnabled(environmentId, false, reason),
    },
    endpointOf: (delivery: Delivery) => delivery.environmentId,
    deliveries: { ...deliveries, postpone: ({ callId }) => deliveries.keepOrder(callId) },
    attempt: (endpoint, delivery) =>
      attempt({ send, limiter, clock }, endpoint, webhooks.secrets(endpoint, clock.now()), delivery),
    commit,
    clock,
    log,
    random: Math.random,
    attempted: (result, tookMs, isDead) => metrics.attempt(result, tookMs, isDead),
  })
  const enqueueEvents = createOutbox({
    ...webhookDeps,
    agents,
    capabilities,
    isUnderWay: (delivery) => deliverer.isUnderWay(delivery),
    wake: () => deliverer.wake(),
  })
  const sendSample = createSample(webhookDeps)
  return { deliverer, enqueueEvents, sendSample }
}
