import type { EnvironmentName } from '../agencies/environment.ts'
import { newSending, type Sending } from '../webhooks/delivery.ts'
import { type Alert, payloadOf } from './alert.ts'
import type { AlertChannel } from './channel.ts'
import type { Work } from '../work.ts'

interface OutboxDeps {
  deliveries: { insert(delivery: Sending & { channel: AlertChannel }): Work<void> }
  agencies: { find(id: string): Work<{ name: string } | undefined> }
  environments: { nameOf(id: string): Work<EnvironmentName | undefined> }
  /** The ways on which operators are told at this moment. */
  channels(): Work<AlertChannel[]>
  /** Wakes the deliverer. */
  wake(): void
}

/** Writes the deliveries of an alert, in its transaction: one for each channel. */
export const createAlertOutbox = ({ deliveries, agencies, environments, channels, wake }: OutboxDeps) =>
  function* (alert: Alert): Work<void> {
    const environment = yield* environments.nameOf(alert.environmentId)
    if (!environment) return
    const agencyName = (yield* agencies.find(alert.agencyId))?.name ?? ''
    const payload = JSON.stringify(payloadOf({ ...alert, agencyName, environment }))
    for (const channel of yield* channels())
      yield* deliveries.insert({ ...newSending({ payload, createdAt: alert.at }), channel })
    wake()
  }
