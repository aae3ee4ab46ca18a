import type { Alert } from '../../src/alerts/alert.ts'
import type { Gate } from './gate.ts'
import { atOnce } from '../../src/work.ts'

/** Puts an alert on disk that nobody has acknowledged, of the gate's agency unless it says otherwise. */
export const openAlert = (
  { services, agency, production, clock }: Pick<Gate, 'services' | 'agency' | 'production' | 'clock'>,
  given: Partial<Alert> = {},
) => {
  const alert: Alert = {
    id: Bun.randomUUIDv7(),
    kind: 'shut_number',
    agencyId: agency.id,
    environmentId: production.id,
    message: 'A call was rejected',
    count: 1,
    at: clock.now(),
    lastAt: clock.now(),
    accessDisabled: false,
    acknowledgedAt: null,
    acknowledgedBy: null,
    ...given,
  }
  atOnce(services.alerts.insert(alert))
  return alert
}
