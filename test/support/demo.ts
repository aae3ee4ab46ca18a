import { type Call, newCall } from '../../src/calls/call.ts'
import { issueKey } from '../../src/keys/issue.ts'
import type { EnvironmentName } from '../../src/keys/keyring.ts'
import type { Stores } from '../../src/storage/stores.ts'
import { type Delivery, newDelivery } from '../../src/webhooks/delivery.ts'
import { type EventName, payloadOf } from '../../src/webhooks/event.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

export type Demo = ReturnType<typeof seedDemo>

/** Fills a new database with what a few weeks leave behind: agencies, agents, keys, and calls of every outcome. */
export const seedDemo = (stores: Stores, now: number) => {
  const { agencies, environments, agents, accounts, keys, audit } = stores
  for (const [name, plan] of [
    ['Harbour Realty', 'growth'],
    ['Northside Auto', 'agency'],
    ['Alpine Fitness', 'starter'],
  ] as const)
    agencies.create(name, plan, now - 40 * dayMs)
  const agency = agencies.create('Bright Dental', 'agency', now - 120 * dayMs)
  const environment = (name: EnvironmentName) => {
    const found = environments.find(agency.id, name)
    if (!found) throw new Error(`no ${name} environment`)
    return found
  }
  const [production, staging] = [environment('production'), environment('staging')]

  const made = now - 119 * dayMs
  const ann = agents.create(agency.id, { name: 'Ann – front desk', provider: 'simulator' }, made)
  const vapi = { provider: 'vapi', ref: 'asst_2f9c', fromNumber: 'pn_81ab' }
  const ben = agents.create(agency.id, { name: 'Ben – reminders', ...vapi }, made + 1)
  const retell = { provider: 'retell', ref: 'agent_77e0', fromNumber: '+12025550190' }
  const cleo = agents.create(agency.id, { name: 'Cleo – reactivation', ...retell }, made + 2)
  environments.setDefaultAgent(production.id, ben.id)
  environments.setDefaultAgent(staging.id, ann.id)
  const credentials = { api_key: 'a key that is made up', hook_secret: 'a secret that is made up' }
  accounts.save({ agencyId: agency.id, provider: 'vapi', baseUrl: null, credentials }, made)

  issueKey(keys, production.id, now - 110 * dayMs)
  issueKey(keys, staging.id, now - 20 * dayMs)
  issueKey(keys, staging.id, now - 2 * dayMs)
  const doer = { actor: 'maya@brightdental.example', address: '203.0.113.7', agency: agency.id }
  for (const [at, action, target] of [
    [now - 2 * dayMs, 'key.rotated', 'staging'],
    [now - 26 * hourMs, 'agent.changed', ben.name],
    [now - 3 * hourMs, 'call.released', 'a call'],
  ] as const)
    audit.record({ ...doer, at, action, target })

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
      ...stories[at % stories.length]?.(createdAt),
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
    recordingUrl: 'https://recordings.example/f1c2',
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
      heardAt: now,
    })
  }
  const liveCall = live(production.id, ann.id, 4 * minuteMs, 1)
  live(production.id, ann.id, 90_000, 2)
  live(staging.id, ann.id, 20_000, 3)
  seedUsage(stores, [production.id, staging.id], now)
  const deliveries = seedWebhook(stores, production.id, completed, now)
  return {
    agency,
    production,
    staging,
    agents: { ann, ben, cleo },
    calls: { completed, live: liveCall },
    deliveries,
  }
}

const insertCall = ({ calls }: Stores, given: Partial<Call>, now: number): Call => {
  const createdAt = given.createdAt ?? now
  const call: Call = {
    ...newCall({
      id: Bun.randomUUIDv7('hex', createdAt),
      agencyId: '',
      environmentId: '',
      agentId: '',
      provider: 'simulator',
      accountId: null,
      agentRef: null,
      fromNumber: null,
      phoneNumber: '',
      name: null,
      email: null,
      metadata: null,
      createdAt,
      expiresAt: createdAt + hourMs,
    }),
    ...given,
  }
  calls.insert(call)
  return call
}

const sent = (at: number, ringsAfterMs = 900): Partial<Call> => ({
  dispatch: 'placed',
  sentAt: at + 60,
  ringingAt: at + ringsAfterMs,
  heardAt: at + ringsAfterMs,
})

const talked = (at: number, seconds: number, sentiment: Call['sentiment'] = 'positive'): Partial<Call> => ({
  ...sent(at),
  status: 'completed',
  answeredAt: at + 7000,
  endedAt: at + 7000 + seconds * 1000,
  durationSeconds: seconds,
  sentiment,
  summary: 'Dana confirmed the cleaning on Wednesday at half past nine, and asked for a text the day before.',
  transcript: [
    { role: 'agent', content: 'Good morning, this is Ben from Bright Dental. Am I speaking with Dana?' },
    { role: 'human', content: 'Yes, that’s me.' },
    { role: 'agent', content: 'You have a cleaning on Wednesday at nine thirty. Does that still suit you?' },
    { role: 'human', content: 'It does. Could you send me a text the day before?' },
    { role: 'agent', content: 'Of course. We will text you on Tuesday. See you then!' },
  ],
})

const unanswered = (at: number, status: Call['status'], reason: string): Partial<Call> => ({
  ...sent(at),
  status,
  endedAt: at + 31_000,
  durationSeconds: 0,
  reason,
})

/** An endpoint that was out of order for a while. */
const seedWebhook = ({ webhooks, deliveries }: Stores, environmentId: string, call: Call, now: number) => {
  webhooks.save(environmentId, 'https://crm.brightdental.example/hooks/calls', mintWebhookSecret(), now)
  const add = (event: EventName, given: Partial<Delivery>) => {
    const payload = JSON.stringify(payloadOf(event, call, { agent: 'Ben', environment: 'production' }))
    const callId = event === 'test' ? null : call.id
    const createdAt = now - 11 * minuteMs
    const made = newDelivery({ environmentId, callId, event, payload, createdAt })
    const delivery = { ...made, attempts: 1, attemptedAt: createdAt, lastTookMs: 84, ...given }
    deliveries.insert(delivery)
    return delivery
  }
  const refused = { lastStatus: 503, lastError: 'The endpoint answered 503.', lastAnswer: 'Back soon' }
  const taken = { state: 'delivered', lastStatus: 200, lastAnswer: '{"ok":true}' } as const
  add('call_started', taken)
  add('call_ended', { ...refused, attempts: 2, nextAt: now + 4 * minuteMs })
  const dead = add('call_ended', { ...refused, attempts: 10, state: 'dead' })
  return { dead, test: add('test', taken) }
}

type Story = (at: number) => Partial<Call>
const stories: Story[] = [
  (at) => talked(at, 63),
  (at) => talked(at, 187, 'neutral'),
  (at) => unanswered(at, 'no_answer', 'Nobody answered.'),
  (at) => talked(at, 41),
  (at) => unanswered(at, 'busy', 'The line was busy.'),
  (at) => talked(at, 254, 'negative'),
  (at) => ({
    status: 'failed',
    dispatch: 'refused',
    sentAt: at + 60,
    endedAt: at + 400,
    durationSeconds: 0,
    reasonCode: 'provider_capacity',
    reason: 'The provider has no free line at the moment.',
  }),
  (at) => ({ ...unanswered(at, 'canceled', 'Ended on request.'), reasonCode: 'ended_on_request' }),
  (at) => talked(at, 118),
  (at) => ({
    ...unanswered(at, 'failed', 'Released by hand: the slot was given back.'),
    reasonCode: 'released',
  }),
]

/** A working day's rise and fall, an hour at a time, and the last hour by the minute. */
const seedUsage = ({ usageRows, keys }: Stores, environmentIds: string[], now: number) => {
  const figures = environmentIds.flatMap((environmentId, at) => {
    const figure = (span: 'minute' | 'hour', lengthMs: number, back: number, scale: number) => {
      const startAt = Math.floor(now / lengthMs) * lengthMs - back * lengthMs
      const busy = Math.max(0, Math.sin(((startAt / hourMs) % 24) / 7.6 - 0.9)) * (at === 0 ? 1 : 0.25)
      const granted = Math.round(busy * scale) + (back % 5)
      const of = { environmentId, span, startAt }
      return [
        { ...of, outcome: 'granted', count: granted },
        { ...of, outcome: 'rate_limited', count: back % 11 === 0 ? Math.round(granted / 6) : 0 },
        { ...of, outcome: 'peak_calls', count: Math.min(10, Math.round(busy * 8)) },
      ].filter(({ count }) => count > 0)
    }
    return [
      ...Array.from({ length: 60 }, (_, back) => figure('minute', minuteMs, back, 70)).flat(),
      ...Array.from({ length: 29 * 24 }, (_, back) => figure('hour', hourMs, back, 1900)).flat(),
    ]
  })
  const clients = environmentIds.flatMap((id, at) => {
    const key = keys.live(id)
    const seen = { firstSeenAt: now - 9 * dayMs, lastSeenAt: now - 2 * minuteMs, afterRotation: 0 }
    return key
      ? [{ keyId: key.id, address: `198.51.100.${20 + at}`, client: 'crm-sync/3.2', requests: 1840, ...seen }]
      : []
  })
  // Somebody has not yet got the new key.
  for (const [at, id] of environmentIds.entries())
    for (const old of keys.replaced(id, { since: 0, or: [] }))
      clients.push({
        keyId: old.id,
        address: `198.51.100.${40 + at}`,
        client: 'nightly-report',
        requests: 212,
        afterRotation: 17,
        firstSeenAt: now - 12 * dayMs,
        lastSeenAt: now - 25 * minuteMs,
      })
  const refusals = environmentIds.map((environmentId, at) => ({
    requestId: crypto.randomUUID(),
    environmentId,
    keyId: keys.live(environmentId)?.id ?? '',
    at: now - (at + 3) * minuteMs,
    code: 'rate_limited',
    route: 'POST /calls/trigger',
    address: '198.51.100.20',
    requests: 100,
    requestLimit: 100,
    calls: 4,
    callLimit: 10,
  }))
  usageRows.save({
    lastUses: clients.map(({ keyId }): [string, number] => [keyId, now - 2 * minuteMs]),
    figures,
    uses: clients,
    refusals,
  })
}
