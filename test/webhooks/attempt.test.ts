import { expect, test } from 'bun:test'
import { OutgoingLimiter, outgoingShares } from '../../src/outgoing/limiter.ts'
import { attempt } from '../../src/webhooks/attempt.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { FixedClock } from '../support/clock.ts'
import { serving } from '../support/fakes/serving.ts'
import { retryAfterCases } from '../support/retry-after.ts'
import { send } from '../support/send.ts'

test('an endpoint is left alone for as long as its Retry-After asks, and no longer where that asks for nothing', async () => {
  const clock = new FixedClock()
  for (const { written, seconds = 0 } of retryAfterCases) {
    const header = written(clock.now())
    using endpoint = await serving(new Response('', { status: 503, headers: { 'retry-after': header } }))
    const delivery = { id: 'msg_1', payload: '{}' }
    const { retryAfterMs } = await attempt(
      { send, clock, limiter: new OutgoingLimiter(outgoingShares(256)) },
      { url: endpoint.url, environmentId: 'production', agencyId: 'acme' },
      [mintWebhookSecret()],
      delivery,
    )
    expect({ header, retryAfterMs }).toEqual({ header, retryAfterMs: seconds * 1000 })
  }
})
