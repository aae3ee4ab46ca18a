// bun add standardwebhooks (or npm install standardwebhooks)
import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '')

/** Verifies a webhook. `body` is the raw body. Throws unless callgate signed it within the last five minutes. */
export const verified = (body: string, headers: Headers) =>
  webhook.verify(body, Object.fromEntries(headers)) as { event: string; call_id: string; status: string }
