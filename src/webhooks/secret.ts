import { Webhook } from 'standardwebhooks'

/** Standard Webhooks 1.0.0: `whsec_` and the base64 of 24 to 64 random bytes. */
export const mintWebhookSecret = () =>
  `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')}`

/** A secret as the operation that made it says it; null where there is no new one. */
export const secretSaid = (secret: string | null) =>
  secret === null
    ? 'Its signing secret is unchanged.'
    : `${secret}\nThis signing secret will not be shown again.`

/** After a rotation, the old secret signs as well for this long. */
export const bothSecretsMs = 24 * 60 * 60_000

/** The headers of one request, signed with every secret that is valid at `at`, wall-clock milliseconds. */
export const signedHeaders = (secrets: readonly string[], id: string, at: number, body: string) => {
  const date = new Date(at)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, date, body)).join(' '),
  }
}
