import type { Call } from '../../src/calls/call.ts'
import { issueKey } from '../../src/keys/issue.ts'
import { tokenHash } from '../../src/keys/token.ts'
import type { EnvironmentName } from '../../src/agencies/environment.ts'
import type { Stores } from '../../src/storage/stores.ts'
import { insertCall, scenarios, talked } from './demo-calls.ts'
import { seedUsage } from './demo-usage.ts'
import { seedWebhook } from './demo-webhook.ts'
import { dayMs, hourMs, minuteMs } from './spans.ts'
import { atOnce } from '../../src/work.ts'

export type Demo = ReturnType<typeof seedDemo>

/** Fills a new database with what a few weeks leave behind: agencies, agents, keys, and calls of every outcome. */
export const seedDemo = (stores: Stores, now: number) => {
  const { agencies, environments, agents, accounts, keys, alerts, audit } = stores
  for (const [name, plan] of [
    ['Harbour Realty and Property Management Partners of the Greater Puget Sound Area', 'growth'],
    ['Northside Auto', 'agency'],
  ] as const)
    atOnce(agencies.create(name, plan, now - 40 * dayMs))
  const newAgency = atOnce(agencies.create('Alpine Fitness', 'starter', now - 40 * minuteMs))
  const agency = atOnce(agencies.create('Bright Dental', 'agency', now - 120 * dayMs))
  const environment = (name: EnvironmentName) => {
    const found = atOnce(environments.find(agency.id, name))
    if (!found) throw new Error(`no ${name} environment`)
    return found
  }
  const [production, staging] = [environment('production'), environment('staging')]

  const made = now - 119 * dayMs
  const ann = atOnce(agents.create(agency.id, { name: 'Ann – front desk', provider: 'simulator' }, made))
  const vapi = {
    provider: 'vapi',
    ref: '2f9c6a10-4d7e-4b0f-9a35-1c8e7d6b5a42',
    fromNumber: '81ab3e5d-6c02-4f18-b7d9-0e2f4a6c8b13',
  }
  const ben = atOnce(agents.create(agency.id, { name: 'Ben – reminders', ...vapi }, made + 1))
  const retell = { provider: 'retell', ref: 'agent_77e0', fromNumber: '+12025550190' }
  const cleo = atOnce(agents.create(agency.id, { name: 'Cleo – reactivation', ...retell }, made + 2))
  atOnce(environments.setDefaultAgent(production.id, ben.id))
  atOnce(environments.setDefaultAgent(staging.id, ann.id))
  const credentials = { api_key: 'a key that is made up', hook_secret: 'a secret that is made up' }
  atOnce(accounts.save({ agencyId: agency.id, provider: 'vapi', baseUrl: null, credentials }, made))

  atOnce(issueKey(keys, production.id, now - 110 * dayMs))
  atOnce(issueKey(keys, staging.id, now - 20 * dayMs))
  atOnce(issueKey(keys, staging.id, now - 2 * dayMs))
  const common = {
    actor: 'maya@brightdental.example',
    actorRole: 'admin' as const,
    address: '203.0.113.7',
    agency: agency.id,
  }
  for (const [at, action, target] of [
    [now - 2 * dayMs, 'key.rotated', 'staging'],
    [now - 26 * hourMs, 'agent.changed', ben.name],
  ] as const)
    atOnce(audit.record({ ...common, at, action, target }))

  const alert = {
    kind: 'shut_number',
    agencyId: agency.id,
    environmentId: production.id,
    message: 'A call was rejected because of its kind of number: premium-rate numbers are not allowed',
    accessDisabled: false,
  } as const
  const earlier = { at: now - 30 * hourMs, lastAt: now - 30 * hourMs, count: 1 }
  const seen = { acknowledgedAt: now - 29 * hourMs, acknowledgedBy: 'maya@brightdental.example' }
  const open = { acknowledgedAt: null, acknowledgedBy: null }
  atOnce(alerts.insert({ ...alert, ...earlier, ...seen, id: Bun.randomUUIDv7() }))
  atOnce(
    alerts.insert({ ...alert, ...open, at: now - hourMs, lastAt: now, count: 12, id: Bun.randomUUIDv7() }),
  )

  const listed = (owner: string | null, line: string, given: { source: string; reason: string | null }) =>
    atOnce(
      stores.doNotCall.replace(owner, {
        phoneNumber: `+120255501${line}`,
        addedAt: now - Number(line) * hourMs,
        expiresAt: given.source === 'import' ? now + 300 * dayMs : null,
        ...given,
      }),
    )
  listed(agency.id, '31', { source: 'manual', reason: 'Asked by e-mail' })
  listed(agency.id, '32', { source: 'import', reason: null })
  listed(agency.id, '33', { source: 'provider', reason: `opted out in call ${Bun.randomUUIDv7()}` })
  listed(null, '34', { source: 'manual', reason: 'Complaint' })

  const call = (given: Partial<Call>) => insertCall(stores, { agencyId: agency.id, ...given }, now)
  for (let at = 0; at < 44; at++) {
    const inStaging = at % 3 === 2
    const agent = [ben, ann, cleo][at % 3] ?? ann
    const createdAt = now - (at + 1) * 47 * minuteMs
    const of = { environmentId: inStaging ? staging.id : production.id, agentId: agent.id }
    const provider = inStaging ? 'simulator' : agent.provider
    call({
      ...of,
      provider,
      createdAt,
      phoneNumber: `+1202555${1000 + at * 37}`,
      ...scenarios[at % scenarios.length]?.(createdAt),
    })
  }
  const completed = call({
    environmentId: production.id,
    agentId: ben.id,
    provider: 'vapi',
    createdAt: now - 12 * minuteMs,
    phoneNumber: '+12025550142',
    name: 'Dana Whitfield',
    email: 'dana@example.com',
    metadata: { appointment: '2026-11-25T09:30', source: 'recall list', visits: 4 },
    ...talked(now - 12 * minuteMs, 94),
    recordingRef: 'https://recordings.example/f1c2',
    costCents: 14,
    providerCallId: 'b0a1-77f2',
  })
  const live = (environmentId: string, agentId: string, ageMs: number, line: number) => {
    const at = now - ageMs
    return call({
      environmentId,
      agentId,
      provider: 'simulator',
      createdAt: at,
      phoneNumber: `+12025550${line}07`,
      status: 'in_progress',
      dispatch: 'placed',
      providerCallId: `sim-07-${at}`,
      sentAt: at + 40,
      ringingAt: at + 40,
      answeredAt: at + 1040,
      lastContactAt: now,
    })
  }
  const liveCall = live(production.id, ann.id, 4 * minuteMs, 1)
  live(production.id, ann.id, 90_000, 2)
  live(staging.id, ann.id, 20_000, 3)
  atOnce(audit.record({ ...common, at: now - 3 * hourMs, action: 'call.released', target: completed.id }))
  const refusals = seedUsage(stores, [production.id, staging.id], now)
  const deliveries = seedWebhook(stores, production.id, completed, now)
  const token = {
    id: Bun.randomUUIDv7(),
    hash: tokenHash('a token that is made up'),
    last4: 'c0de',
    name: 'Deploy script',
    permissions: ['agency.create', 'key.*'],
    agencyId: null,
    allowFrom: ['10.0.0.0/8'],
    createdBy: 'ops@example.com',
    createdAt: now - 30 * dayMs,
    expiresAt: now + 60 * dayMs,
    lastUsedAt: now - 3 * hourMs,
    revokedAt: null,
  }
  atOnce(stores.adminTokens.add(token))
  return {
    agency,
    newAgency,
    production,
    staging,
    agents: { ann, ben, cleo },
    calls: { completed, live: liveCall },
    deliveries,
    refusals,
    token,
  }
}
