import type { Clock } from '../clock.ts'
import { newCall } from '../calls/call.ts'
import type { EnvironmentName } from '../agencies/environment.ts'
import type { OutgoingLimiter } from '../outgoing/limiter.ts'
import type { Send } from '../outgoing/send.ts'
import { attempt, type AttemptedEndpoint } from './attempt.ts'
import { afterAttempt, type Delivery, newDelivery } from './delivery.ts'
import { payloadOf } from './event.ts'
import { run, type Work } from '../work.ts'

interface SampleDeps<Row extends AttemptedEndpoint> {
  webhooks: {
    find(environmentId: string): Work<Row | undefined>
    secrets(row: Row, now: number): string[]
  }
  deliveries: { insert(delivery: Delivery): Work<void> }
  send: Send
  limiter: Pick<OutgoingLimiter, 'run'>
  clock: Clock
  publicUrl(): string
}

interface SampleEnvironment {
  id: string
  agencyId: string
  name: EnvironmentName
}

/**
 * Sends a `test` event once, now, and returns the result; it is kept among the deliveries. Undefined without an
 * endpoint.
 */
export const createSample =
  <Row extends AttemptedEndpoint>(deps: SampleDeps<Row>) =>
  async (environment: SampleEnvironment): Promise<Delivery | undefined> => {
    const { webhooks, deliveries, clock, publicUrl } = deps
    const endpoint = await run(webhooks.find(environment.id))
    if (!endpoint) return undefined
    const now = clock.now()
    const names = { agent: 'Sample agent', environment: environment.name, publicUrl: publicUrl() }
    const delivery = newDelivery({
      environmentId: environment.id,
      callId: null,
      event: 'test',
      payload: JSON.stringify(payloadOf('test', sampleCall(environment, now), names)),
      createdAt: now,
    })
    const tried = await attempt(deps, endpoint, webhooks.secrets(endpoint, now), delivery)
    // Not retried: the person who sends a test sees its result.
    const state = tried.verdict === 'delivered' ? 'delivered' : 'dead'
    const sample: Delivery = { ...afterAttempt(delivery, tried, clock.now(), 0), state }
    await run(deliveries.insert(sample))
    return sample
  }

/** A made-up call with every field that a receiver may have to handle. */
const sampleCall = ({ id, agencyId }: SampleEnvironment, now: number) => ({
  ...newCall({
    id: crypto.randomUUID(),
    agencyId,
    environmentId: id,
    agentId: crypto.randomUUID(),
    provider: 'simulator',
    accountId: null,
    agentRef: null,
    fromNumber: '+15557654321',
    phoneNumber: '+15551234567',
    name: 'Jane Smith',
    email: null,
    metadata: { order: '1234' },
    options: null,
    timeZone: null,
    consent: null,
    spendingDay: null,
    createdAt: now - 60_000,
    expiresAt: now,
  }),
  status: 'completed' as const,
  answeredAt: now - 50_000,
  endedAt: now - 8_000,
  durationSeconds: 42,
  summary: 'A sample: the caller confirmed the appointment.',
  sentiment: 'positive' as const,
  transcript: [
    { role: 'agent' as const, content: 'Hello, does Tuesday at ten still suit you?' },
    { role: 'human' as const, content: 'Yes, see you then.' },
  ],
})
