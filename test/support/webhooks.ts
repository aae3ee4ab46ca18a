import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import type { Gate } from './gate.ts'
import { atOnce } from '../../src/work.ts'

/** Gives an environment of the gate an endpoint, and its secret. */
export const listen = ({ services, production, clock }: Gate, url: string, environmentId = production.id) => {
  const secret = mintWebhookSecret()
  atOnce(services.webhooks.save(environmentId, url, secret, clock.now()))
  return secret
}

/** Moves time, and attempts everything that is due then, and what becomes due by that. */
export const deliver = async ({ services, clock }: Gate, ms = 0) => {
  const { deliverer, deliveries } = services
  const isDue = (environmentId: string) => atOnce(deliveries.due(environmentId, clock.now(), 1)).length > 0
  await clock.advance(ms)
  do {
    await deliverer.idle()
    await clock.advance(0)
  } while (deliverer.busy || atOnce(deliveries.endpointsDue(clock.now())).some(isDue))
}
