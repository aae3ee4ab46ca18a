import { gateOwner as alertOwner } from '../../src/alerts/webhook.ts'
import type { AlarmKind } from '../../src/alarms/alarm.ts'
import { newTotpSecret } from '../../src/people/totp.ts'
import { noRules } from '../../src/policy/rules.ts'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { openAlert } from './alerts.ts'
import type { Gate } from './gate.ts'
import { gateOwner, openRules } from './policy.ts'
import { dayMs } from './spans.ts'
import { listen } from './webhooks.ts'
import { atOnce } from '../../src/work.ts'

const deliveryIn = ({ production, clock }: Gate) =>
  newDelivery({
    environmentId: production.id,
    callId: null,
    payload: '{}',
    event: 'test',
    createdAt: clock.now(),
  })

interface Case {
  /** Makes it so. */
  arise(gate: Gate, personId: string): unknown
  /** Puts it right, as the page behind the link does. */
  cure(gate: Gate, personId: string): unknown
  /** A part of that page. */
  page: string
}

const live = ({ services, production }: Gate) => {
  const key = atOnce(services.keys.live(production.id))
  if (!key) throw new Error('no live key')
  return {
    ...key,
    environment: { ...production, agencyName: '', plan: 'agency' as const, suspendedAt: null },
  }
}
const run = ({ database }: Gate, sql: string, ...values: (string | number)[]) =>
  database.sqlite.run(sql, values)
const spend = ({ services, production }: Gate, calls: number) => {
  atOnce(
    services.spending.add(production.id, '2026-01-15', { calls, seconds: 0, reservedSeconds: 0, cents: {} }),
  )
}
const refused = (gate: Gate, provider: string, times: number) => {
  const { calls, usage } = gate.services
  const call = atOnce(calls.holdingSlots()).find(({ environmentId }) => environmentId === gate.production.id)
  if (!call) throw new Error('no call')
  for (let time = 0; time < times; time++)
    usage.callEnded({ ...call, provider, reasonCode: 'provider_refused' })
  atOnce(usage.flush())
}

/** The others come from settings and from the disk. */
export type Arranged = Exclude<AlarmKind, 'setting' | 'disk_full' | 'disk_scarce'>

export const cases: Record<Arranged, Case> = {
  leaked_key: {
    arise: (gate) => {
      atOnce(gate.services.keys.markLeaked(live(gate), null, gate.clock.now()))
      atOnce(gate.services.environments.enableAccess(gate.production.id))
    },
    cure: (gate) => gate.issue(),
    page: 'Rotate API Key',
  },
  exposed_key: {
    arise: (gate) => gate.authorized(`/api/v1/key?api_key=${gate.key}`),
    cure: (gate) => gate.issue(),
    page: 'Rotate API Key',
  },
  no_countries: {
    arise: ({ services, clock }) =>
      atOnce(services.policies.set(gateOwner, 'operator', noRules, clock.now())),
    cure: ({ services, clock }) =>
      atOnce(services.policies.set(gateOwner, 'operator', openRules, clock.now())),
    page: 'name="countries"',
  },
  provider_refusing: {
    arise: async (gate) => {
      await gate.trigger('07')
      refused(gate, 'vapi', 3)
    },
    cure: ({ clock }) => clock.advance(3 * 60 * 60_000),
    page: '/integrations/providers/vapi"',
  },
  webhook_disabled: {
    arise: (gate) => {
      listen(gate, 'https://example.com/')
      atOnce(gate.services.webhooks.setEnabled(gate.production.id, false, 'It responded 410 Gone.'))
    },
    cure: ({ services, production }) => atOnce(services.webhooks.setEnabled(production.id, true)),
    page: '/production/webhook/access',
  },
  webhook_failing: {
    arise: (gate) => {
      listen(gate, 'https://example.com/')
      atOnce(gate.services.deliveries.insert({ ...deliveryIn(gate), attempts: 1 }))
    },
    cure: (gate) => run(gate, "update deliveries set state = 'delivered'"),
    page: '/production/webhook/test',
  },
  events_undelivered: {
    arise: (gate) => {
      listen(gate, 'https://example.com/')
      atOnce(gate.services.deliveries.insert({ ...deliveryIn(gate), state: 'dead' }))
    },
    cure: ({ services, production, clock }) =>
      atOnce(services.deliveries.replayDead(production.id, clock.now())),
    page: '/production/webhook/replay',
  },
  budget_near: {
    arise: (gate) => {
      const { agency, clock, production, services } = gate
      const owners = { agencyId: agency.id, environmentId: production.id }
      atOnce(services.policies.set(owners, 'operator', { ...noRules, callsPerDay: 10 }, clock.now()))
      atOnce(services.alerts.mark(production.id, 'budget_threshold', 'callsPerDay 10', clock.now()))
      spend(gate, 8)
    },
    cure: (gate) => spend(gate, -1),
    page: 'name="calls_per_day"',
  },
  access_disabled: {
    arise: ({ services, production }) => atOnce(services.environments.disableAccess(production.id, 'admin')),
    cure: ({ services, production }) => atOnce(services.environments.enableAccess(production.id)),
    page: '/production/access',
  },
  old_key_in_use: {
    arise: async (gate) => {
      gate.issue()
      await gate.authorized('/api/v1/key')
      atOnce(gate.services.usage.flush())
    },
    cure: ({ clock }) => clock.advance(dayMs),
    page: 'Old key still in use',
  },
  alerts_open: {
    arise: (gate) => openAlert(gate),
    cure: ({ services, clock }) => atOnce(services.alerts.acknowledge({}, 'somebody', clock.now())),
    page: 'Acknowledge',
  },
  alert_webhook_disabled: {
    arise: ({ services, clock }) => {
      atOnce(services.alertWebhook.save(alertOwner, 'https://example.com/', mintWebhookSecret(), clock.now()))
      atOnce(services.alertWebhook.switchOff(alertOwner, 'It responded 410 Gone.'))
    },
    cure: ({ services }) => atOnce(services.alertWebhook.remove(alertOwner)),
    page: 'action="/admin/alerts/webhook"',
  },
  no_default_agent: {
    arise: ({ services, production }) => atOnce(services.environments.setDefaultAgent(production.id, null)),
    cure: ({ services, production, agent }) =>
      atOnce(services.environments.setDefaultAgent(production.id, agent.id)),
    page: 'Save for production',
  },
  key_over_age: {
    arise: ({ clock }) => clock.advance(90 * dayMs + 1),
    cure: (gate) => gate.issue(),
    page: 'Rotate API Key',
  },
  second_factor_optional: {
    arise: ({ services }) => atOnce(services.people.setFactorAudience('nobody')),
    cure: ({ services }) => atOnce(services.people.setFactorAudience('operators')),
    page: 'action="/admin/people/second-factor"',
  },
  own_second_factor: {
    arise: (gate, id) => run(gate, 'delete from factors where person_id = ?', id),
    cure: (gate, personId) => {
      const factor = { id: crypto.randomUUID(), personId, name: 'Phone', createdAt: gate.clock.now() }
      atOnce(gate.services.factors.addTotp(factor, newTotpSecret(), 0))
    },
    page: '/admin/account/authenticator',
  },
}
