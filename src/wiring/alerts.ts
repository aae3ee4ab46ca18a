import { createMailer } from '../alerts/mailer.ts'
import type { AlertChannel } from '../alerts/channel.ts'
import { createNotice } from '../alerts/notice.ts'
import { createAlertOutbox } from '../alerts/outbox.ts'
import { createAlertSample } from '../alerts/sample.ts'
import { gateOwner } from '../alerts/webhook.ts'
import type { CheckPolicy } from '../calls/check-policy.ts'
import type { Clock } from '../clock.ts'
import type { Commit } from '../commit.ts'
import type { Config } from '../config.ts'
import type { OutgoingLimiter } from '../outgoing/limiter.ts'
import type { Send } from '../outgoing/send.ts'
import type { AlertDelivery } from '../storage/alerts.ts'
import type { Stores } from '../storage/stores.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { attempt as attemptWebhook } from '../webhooks/attempt.ts'
import { Deliverer } from '../webhooks/deliverer.ts'
import { run } from '../work.ts'

interface AlertDeps {
  config: Pick<Config, 'alertMail'>
  stores: Pick<
    Stores,
    'agencies' | 'alertDeliveries' | 'alerts' | 'alertWebhook' | 'audit' | 'environments' | 'spending'
  >
  policy: CheckPolicy
  send: Send
  limiter: OutgoingLimiter
  publicUrl(): string
  commit: Commit
  metrics: Pick<Metrics, 'alertRaised'>
  clock: Clock
  log: Log
}

/** What is noticed of calls, and how operators are told of it. */
export const wireAlerts = (deps: AlertDeps) => {
  const { config, stores, policy, send, limiter, publicUrl, commit, metrics, clock, log } = deps
  const { alertDeliveries, alertWebhook } = stores
  const sendMail = config.alertMail && createMailer({ mail: config.alertMail, clock, publicUrl })

  const webhook = function* () {
    const found = yield* alertWebhook.find(gateOwner)
    return found?.offReason === null ? found : undefined
  }
  /** Where a channel leads to: another place is another endpoint. */
  const endpoint = function* (channel: AlertChannel) {
    return channel === 'mail' ? (sendMail ? { url: 'mail' } : undefined) : yield* webhook()
  }
  const channels = function* () {
    const open: AlertChannel[] = []
    for (const channel of ['webhook', 'mail'] as const) if (yield* endpoint(channel)) open.push(channel)
    return open
  }

  const attempt = async (channel: AlertChannel, message: { id: string; payload: string }) => {
    if (channel === 'mail') return await sendMail?.(message)
    const found = await run(webhook())
    if (!found) return undefined
    const secrets = alertWebhook.secrets(found, clock.now())
    const receiver = { url: found.url, agencyId: gateOwner, environmentId: gateOwner }
    return await attemptWebhook({ send, limiter, clock }, receiver, secrets, message)
  }

  const alertDeliverer = new Deliverer<{ url: string }, AlertDelivery, AlertChannel>({
    endpoints: {
      find: endpoint,
      switchOff: (_, reason) => alertWebhook.switchOff(gateOwner, reason ?? ''),
    },
    endpointOf: ({ channel }) => channel,
    deliveries: {
      ...alertDeliveries,
      *endpointsDue(now) {
        const open = yield* channels()
        return (yield* alertDeliveries.channelsDue(now)).filter((channel) => open.includes(channel))
      },
    },
    attempt: async (_, delivery) => {
      const result = await attempt(delivery.channel, delivery)
      if (!result) throw new Error('It was removed in the meantime.')
      return result
    },
    commit,
    clock,
    log,
    random: Math.random,
  })

  const notice = createNotice({
    ...stores,
    policy,
    commit,
    clock,
    log,
    enqueue: createAlertOutbox({
      ...stores,
      deliveries: alertDeliveries,
      channels,
      wake: () => alertDeliverer.wake(),
    }),
    raised: (kind) => metrics.alertRaised(kind),
  })
  const sendAlertSample = createAlertSample({ channels, attempt, clock })
  return { notice, alertDeliverer, sendAlertSample, isAlertMailSet: sendMail !== null }
}
