import { type Call, newCall } from '../../src/calls/call.ts'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import type { Gate } from './gate.ts'
import { atOnce } from '../../src/work.ts'

/** A call of the production environment that was over at `endedAt`, where `given` does not say otherwise. */
export const oldCall = (gate: Gate, endedAt: number | null, given: Partial<Call> = {}): Call => {
  const { services, agency, agent, production } = gate
  const createdAt = (endedAt ?? gate.clock.now()) - 60_000
  const order = {
    id: Bun.randomUUIDv7(),
    agencyId: agency.id,
    environmentId: production.id,
    agentId: agent.id,
    provider: 'simulator',
    accountId: null,
    agentRef: null,
    fromNumber: null,
    phoneNumber: '+15551234500',
    name: null,
    email: null,
    metadata: null,
    options: null,
    timeZone: null,
    consent: null,
    spendingDay: null,
    createdAt,
    expiresAt: createdAt + 3_600_000,
  }
  const over = endedAt === null ? {} : ({ status: 'completed', dispatch: 'placed', endedAt } as const)
  const call: Call = { ...newCall(order), ...over, ...given }
  atOnce(services.calls.insert(call))
  return call
}

/** News of a call that was told, or of no call. */
export const oldDelivery = (
  gate: Gate,
  createdAt: number,
  given: Partial<ReturnType<typeof newDelivery>> = {},
) => {
  const made = newDelivery({
    environmentId: gate.production.id,
    callId: null,
    event: 'call_ended',
    payload: '{}',
    createdAt,
  })
  const delivery = { ...made, state: 'delivered' as const, ...given }
  atOnce(gate.services.deliveries.insert(delivery))
  return delivery
}
