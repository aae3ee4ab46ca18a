import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { operation } from '../../operation/operation.ts'
import { requireAllowedDestination } from '../../operation/refused-destination.ts'
import type { DestinationRules } from '../../outgoing/destination.ts'
import type { Attempt } from '../../webhooks/delivery.ts'
import { endpointTarget } from '../../webhooks/endpoint.ts'
import { mintWebhookSecret, secretSaid } from '../../webhooks/secret.ts'
import type { AlertChannel } from '../channel.ts'
import { type AlertWebhook, gateOwner } from '../webhook.ts'
import type { Work } from '../../work.ts'

interface WebhookDeps {
  alertWebhook: {
    find(ownerId: string): Work<AlertWebhook | undefined>
    save(ownerId: string, url: string, secret: string, now: number): Work<void>
    rotate(ownerId: string, secret: string, now: number): Work<void>
    remove(ownerId: string): Work<void>
  }
  alertDeliveries: { giveUp(channel: AlertChannel, reason: string): Work<void> }
  alertDeliverer: { wake(): void }
  destinationRules: DestinationRules
}

export const setAlertWebhook = operation({
  name: 'alert.webhook',
  summary:
    'Saves the URL to which the alerts of all agencies are sent. The first time, it shows the signing secret once.',
  scope: 'gate',
  may: 'operator',
  input: {
    url: z.string().trim().max(2000).optional().meta({ description: 'An https URL', hint: 'url' }),
    rotate_secret: z
      .boolean()
      .optional()
      .meta({ description: 'Make a new secret; the earlier one signs as well for 24 hours' }),
    none: z.literal(true).optional().meta({ description: 'Remove the alert webhook' }),
  },
  example: { url: 'https://example.com/alerts' },
  output: z.object({
    url: z.string().nullable(),
    secret: z.string().nullable().meta({ description: 'Shown once; null where the earlier one stays' }),
  }),
  says: ({ url, secret }) =>
    url === null ? 'Alerts are no longer sent to a webhook.' : `Alerts go to ${url}\n${secretSaid(secret)}`,
  *ends({ alertWebhook }: WebhookDeps, { input }) {
    const saved = input.none === true && input.url === undefined && (yield* alertWebhook.find(gateOwner))
    return saved
      ? `Alerts are no longer sent to ${endpointTarget(saved)}, and its signing secret is lost.`
      : undefined
  },
  run: async (deps: WebhookDeps, { input, now, change }) => {
    const { alertWebhook, alertDeliveries, alertDeliverer, destinationRules } = deps
    const { url, none, rotate_secret } = input
    if ((url === undefined) === (none === undefined))
      throw new ApiError('invalid_input', { detail: 'Give either url or none.' })
    if (url === undefined) {
      await change(
        function* () {
          const before = yield* alertWebhook.find(gateOwner)
          if (!before) throw new ApiError('not_found', { detail: 'There is no alert webhook yet.' })
          yield* alertWebhook.remove(gateOwner)
          yield* alertDeliveries.giveUp('webhook', 'The webhook was removed.')
          return before
        },
        (before) => ({ action: 'alert.webhook_removed', target: endpointTarget(before) }),
      )
      return { url: null, secret: null }
    }
    await requireAllowedDestination(change, url, destinationRules)
    const secret = mintWebhookSecret()
    const { isShown } = await change(
      function* () {
        const before = yield* alertWebhook.find(gateOwner)
        const rotates = before !== undefined && rotate_secret === true
        yield* alertWebhook.save(gateOwner, url, secret, now)
        if (rotates) yield* alertWebhook.rotate(gateOwner, secret, now)
        return { before, rotates, isShown: before === undefined || rotates }
      },
      ({ before, rotates }) => ({
        action: rotates ? 'alert.secret_rotated' : 'alert.webhook_saved',
        target: endpointTarget({ url }, before),
      }),
    )
    alertDeliverer.wake()
    return { url, secret: isShown ? secret : null }
  },
})

const result = z
  .object({ delivered: z.boolean(), status: z.int().nullable(), error: z.string().nullable() })
  .nullable()
  .meta({ description: 'Null where it is not set up' })

const present = (attempt: Attempt | undefined) =>
  attempt
    ? { delivered: attempt.verdict === 'delivered', status: attempt.status, error: attempt.error }
    : null

interface TestDeps {
  sendAlertSample(): Promise<Partial<Record<AlertChannel, Attempt>>>
}

export const testAlert = operation({
  name: 'alert.test',
  summary: 'Sends a test alert to the alert webhook and by email, and shows the results.',
  scope: 'gate',
  may: 'operator',
  input: {},
  output: z.object({ webhook: result, mail: result }),
  says: ({ webhook, mail }) =>
    [webhook && 'The webhook accepted the test.', mail && 'The mail server accepted the test.']
      .filter((sentence) => sentence !== null)
      .join(' '),
  fails: ({ webhook, mail }) => {
    if (!webhook && !mail)
      return 'Alerts are only shown on the dashboard. Save a webhook with alert.webhook, or set CALLGATE_SMTP_URL.'
    return [webhook, mail].find((each) => each?.delivered === false)?.error ?? undefined
  },
  run: async ({ sendAlertSample }: TestDeps, { change }) => {
    await change(
      function* () {
        return undefined
      },
      { action: 'alert.tested' },
    )
    const { webhook, mail } = await sendAlertSample()
    return { webhook: present(webhook), mail: present(mail) }
  },
})
