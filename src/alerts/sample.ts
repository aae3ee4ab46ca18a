import type { Clock } from '../clock.ts'
import { type Attempt, newSending } from '../webhooks/delivery.ts'
import { type AlertPayload, payloadOf } from './alert.ts'
import type { AlertChannel } from './channel.ts'
import { run, type Work } from '../work.ts'

interface SampleDeps {
  channels(): Work<AlertChannel[]>
  /** Sends once, now. Undefined where the channel is gone. */
  attempt(channel: AlertChannel, message: { id: string; payload: string }): Promise<Attempt | undefined>
  clock: Clock
}

/** Sends a test alert once to every channel, and returns the results. Nothing of it is kept or retried. */
export const createAlertSample =
  ({ channels, attempt, clock }: SampleDeps) =>
  async (): Promise<Partial<Record<AlertChannel, Attempt>>> => {
    const payload = JSON.stringify(sampleAt(clock.now()))
    const results = await Promise.all(
      (await run(channels())).map(async (channel) => {
        const sending = newSending({ payload, createdAt: clock.now() })
        return [channel, await attempt(channel, sending)] as const
      }),
    )
    return Object.fromEntries(results.filter(([, result]) => result !== undefined))
  }

const sampleAt = (now: number): AlertPayload => ({
  ...payloadOf({
    id: crypto.randomUUID(),
    kind: 'shut_number',
    agencyId: crypto.randomUUID(),
    agencyName: 'Sample agency',
    environmentId: crypto.randomUUID(),
    environment: 'production',
    message: 'A test: no call was rejected',
    at: now,
    accessDisabled: false,
    acknowledgedAt: null,
    acknowledgedBy: null,
  }),
  test: true,
})
