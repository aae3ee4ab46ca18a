// bun add standardwebhooks (or npm install standardwebhooks)
import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '')

/** `body` is the request's text exactly as it came. Throws when it was not signed by callgate within five minutes. */
export const verified = (body: string, headers: Headers) =>
  webhook.verify(body, Object.fromEntries(headers)) as { event: string; call_id: string; status: string }
