import type { EnvironmentName } from '../agencies/environment.ts'
import { newSending, type Sending } from '../webhooks/delivery.ts'
import { type Alert, payloadOf } from './alert.ts'
import type { AlertChannel } from './channel.ts'

interface OutboxDeps {
  deliveries: { insert(delivery: Sending & { channel: AlertChannel }): void }
  agencies: { find(id: string): { name: string } | undefined }
  environments: { nameOf(id: string): EnvironmentName | undefined }
  /** The ways on which operators are told at this moment. */
  channels(): AlertChannel[]
  /** Wakes the deliverer. */
  wake(): void
}

/** Writes the deliveries of an alert, in its transaction: one for each channel. */
export const createAlertOutbox =
  ({ deliveries, agencies, environments, channels, wake }: OutboxDeps) =>
  (alert: Alert): void => {
    const environment = environments.nameOf(alert.environmentId)
    if (!environment) return
    const agencyName = agencies.find(alert.agencyId)?.name ?? ''
    const payload = JSON.stringify(payloadOf({ ...alert, agencyName, environment }))
    for (const channel of channels())
      deliveries.insert({ ...newSending({ payload, createdAt: alert.at }), channel })
    wake()
  }
