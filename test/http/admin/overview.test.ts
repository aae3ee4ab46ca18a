import { expect, test } from 'bun:test'
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { createReadAlarms } from '../../../src/alarms/read-alarms.ts'
import { cureOf } from '../../../src/http/admin/overview/cures.ts'
import { temporaryDirectory } from '../../support/directory.ts'
import { gateOwner as alertOwner } from '../../../src/alerts/webhook.ts'
import type { AlarmKind } from '../../../src/alarms/alarm.ts'
import { noRules } from '../../../src/policy/rules.ts'
import { newTotpSecret } from '../../../src/people/totp.ts'
import { newDelivery } from '../../../src/webhooks/delivery.ts'
import { mintWebhookSecret } from '../../../src/webhooks/secret.ts'
import { openAlert } from '../../support/alerts.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { enter, textOf } from '../../support/page.ts'
import { gateOwner, openRules } from '../../support/policy.ts'
import { listen } from '../../support/webhooks.ts'

const dayMs = 86_400_000

/** A gate in which nothing is wrong, and an operator of it. */
const createHealthy = () => {
  const gate = createGate({ allowPrivateDestinations: false })
  gate.services.people.setFactorAudience('operators')
  const operator = withFactor(gate, enter(gate, { role: 'operator' }))
  const visit = (path: string, cookie = operator.cookie) => gate.request(path, { headers: { cookie } })
  return { gate, operator, visit }
}

const withFactor = (gate: Gate, entered: ReturnType<typeof enter>) => {
  const { id: personId } = entered.person
  const factor = { id: crypto.randomUUID(), personId, name: 'Phone', createdAt: gate.clock.now() }
  gate.services.factors.addTotp(factor, newTotpSecret(), 0)
  return entered
}

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
  const key = services.keys.live(production.id)
  if (!key) throw new Error('no live key')
  return {
    ...key,
    environment: { ...production, agencyName: '', plan: 'agency' as const, suspendedAt: null },
  }
}
const run = ({ database }: Gate, sql: string, ...values: (string | number)[]) =>
  database.sqlite.run(sql, values)
const spend = ({ services, production }: Gate, calls: number) => {
  services.spending.add(production.id, '2026-01-15', { calls, seconds: 0, reservedSeconds: 0, cents: {} })
}
const refused = (gate: Gate, provider: string, times: number) => {
  const { calls, usage } = gate.services
  const call = calls.holdingSlots()[0]
  if (!call) throw new Error('no call')
  for (let time = 0; time < times; time++)
    usage.callEnded({ ...call, provider, reasonCode: 'provider_refused' })
  usage.flush()
}

/** The others come from settings and from the disk. */
type Arranged = Exclude<AlarmKind, 'setting' | 'disk_full' | 'disk_scarce'>

const cases: Record<Arranged, Case> = {
  leaked_key: {
    arise: (gate) => {
      gate.services.keys.markLeaked(live(gate), null, gate.clock.now())
      gate.services.environments.enableAccess(gate.production.id)
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
    arise: ({ services, clock }) => services.policies.set(gateOwner, 'operator', noRules, clock.now()),
    cure: ({ services, clock }) => services.policies.set(gateOwner, 'operator', openRules, clock.now()),
    page: 'name="countries"',
  },
  provider_refusing: {
    arise: async (gate) => {
      await gate.trigger('07')
      refused(gate, 'vapi', 3)
    },
    cure: ({ clock }) => clock.advance(3 * 60 * 60_000),
    page: 'name="status"',
  },
  webhook_disabled: {
    arise: (gate) => {
      listen(gate, 'https://example.com/')
      gate.services.webhooks.setEnabled(gate.production.id, false, 'It responded 410 Gone.')
    },
    cure: ({ services, production }) => services.webhooks.setEnabled(production.id, true),
    page: '/production/webhook/access',
  },
  webhook_failing: {
    arise: (gate) => {
      listen(gate, 'https://example.com/')
      gate.services.deliveries.insert({ ...deliveryIn(gate), attempts: 1 })
    },
    cure: (gate) => run(gate, "update deliveries set state = 'delivered'"),
    page: '/production/webhook/test',
  },
  events_undelivered: {
    arise: (gate) => {
      listen(gate, 'https://example.com/')
      gate.services.deliveries.insert({ ...deliveryIn(gate), state: 'dead' })
    },
    cure: ({ services, production, clock }) => services.deliveries.replayDead(production.id, clock.now()),
    page: '/production/webhook/replay',
  },
  budget_near: {
    arise: (gate) => {
      const { agency, clock, production, services } = gate
      const owners = { agencyId: agency.id, environmentId: production.id }
      services.policies.set(owners, 'operator', { ...noRules, callsPerDay: 10 }, clock.now())
      services.alerts.mark(production.id, 'budget_threshold', 'callsPerDay 10', clock.now())
      spend(gate, 8)
    },
    cure: (gate) => spend(gate, -1),
    page: 'name="calls_per_day"',
  },
  access_disabled: {
    arise: ({ services, production }) => services.environments.disableAccess(production.id, 'admin'),
    cure: ({ services, production }) => services.environments.enableAccess(production.id),
    page: '/production/access',
  },
  old_key_in_use: {
    arise: async (gate) => {
      gate.issue()
      await gate.authorized('/api/v1/key')
      gate.services.usage.flush()
    },
    cure: ({ clock }) => clock.advance(dayMs),
    page: 'Old key still in use',
  },
  alerts_open: {
    arise: (gate) => openAlert(gate),
    cure: ({ services, clock }) => services.alerts.acknowledge({}, 'somebody', clock.now()),
    page: 'Acknowledge',
  },
  alert_webhook_disabled: {
    arise: ({ services, clock }) => {
      services.alertWebhook.save(alertOwner, 'https://example.com/', mintWebhookSecret(), clock.now())
      services.alertWebhook.switchOff(alertOwner, 'It responded 410 Gone.')
    },
    cure: ({ services }) => services.alertWebhook.remove(alertOwner),
    page: 'action="/admin/alerts/webhook"',
  },
  no_default_agent: {
    arise: ({ services, production }) => services.environments.setDefaultAgent(production.id, null),
    cure: ({ services, production, agent }) => services.environments.setDefaultAgent(production.id, agent.id),
    page: 'Save for production',
  },
  key_over_age: {
    arise: ({ clock }) => clock.advance(90 * dayMs + 1),
    cure: (gate) => gate.issue(),
    page: 'Rotate API Key',
  },
  second_factor_optional: {
    arise: ({ services }) => services.people.setFactorAudience('nobody'),
    cure: ({ services }) => services.people.setFactorAudience('operators'),
    page: 'action="/admin/people/second-factor"',
  },
  own_second_factor: {
    arise: (gate, id) => run(gate, 'delete from factors where person_id = ?', id),
    cure: (gate, personId) => {
      const factor = { id: crypto.randomUUID(), personId, name: 'Phone', createdAt: gate.clock.now() }
      gate.services.factors.addTotp(factor, newTotpSecret(), 0)
    },
    page: '/admin/account/authenticator',
  },
}

const arranged = Object.keys(cases) as Arranged[]

test.each(arranged)('%s is an alarm exactly while it is so, and its link leads to its cure', async (kind) => {
  const { gate, operator } = createHealthy()
  const { alarms, people } = gate.services
  const found = () => alarms.of(operator.person).map((alarm) => alarm.kind)
  expect(found()).toEqual([])
  await cases[kind].arise(gate, operator.person.id)
  expect(found()).toEqual([kind])

  people.setFactorAudience('nobody')
  const { cookie } = enter(gate, { role: 'operator' })
  const visit = (path: string) => gate.request(path, { headers: { cookie } })
  const html = await (await visit('/admin')).text()
  const [says = ''] = alarms
    .of(operator.person)
    .filter((alarm) => alarm.kind === kind)
    .map((alarm) => alarm.says)
  const item = html.split('<li').find((part) => part.includes(says.replaceAll('&', '&amp;'))) ?? ''
  const href = /<a href="([^"]+)"/.exec(item)?.[1] ?? ''
  const cure = await visit(href)
  expect(cure.status).toBe(200)
  expect(await cure.text()).toContain(cases[kind].page)
  if (kind !== 'second_factor_optional') people.setFactorAudience('operators')

  await cases[kind].cure(gate, operator.person.id)
  expect(found()).toEqual([])
})

test('a setting that should be changed is an alarm, and its link leads to what is said of it', async () => {
  const { gate, operator } = createHealthy()
  expect(gate.services.alarms.of(operator.person)).toEqual([])
  const lax = createGate({ allowPrivateDestinations: true })
  const { cookie } = enter(lax, { role: 'operator' })
  const visit = async (path: string) => (await lax.request(path, { headers: { cookie } })).text()
  const item =
    (await visit('/admin')).split('<li').find((part) => part.includes('CALLGATE_ALLOW_PRIVATE')) ?? ''
  const href = /<a href="([^"]+)"/.exec(item)?.[1] ?? ''
  expect(await visit(href)).toContain('CALLGATE_ALLOW_PRIVATE_DESTINATIONS')
})

test.each([
  [99_999_999, ['disk_full']],
  [100_000_000, ['disk_scarce']],
  [999_999_999, ['disk_scarce']],
  [1_000_000_000, []],
])('with %d bytes left on the disk, the alarms are %p', (freeBytes, expected) => {
  const { gate, operator } = createHealthy()
  const { policy, warnings, clock } = gate.services
  const alarms = createReadAlarms({ ...gate.services, policy, warnings, clock, freeBytes: () => freeBytes })
  const found = alarms.of(operator.person)
  expect(found.map(({ kind }) => kind)).toEqual(expected as AlarmKind[])
  for (const alarm of found) expect(cureOf(alarm).href).toBe('/docs/operate')
})

test('the space on the disk is that of the database’s directory, and unknown in memory', () => {
  using directory = temporaryDirectory()
  const { services, database } = createGate({ path: join(directory.path, 'callgate.db') })
  const { bavail, bsize } = statfsSync(directory.path)
  expect(services.freeBytes()).toBeGreaterThan(0.9 * bavail * bsize)
  expect(createGate().services.freeBytes()).toBeNull()
  database.close()
})

test('the worst is first, and of many alike the first three are listed and the others counted', async () => {
  const { gate, operator } = createHealthy()
  const { agencies, alarms, environments } = gate.services
  for (let made = 0; made < 5; made++) {
    const agency = agencies.create(`Agency ${made}`, 'agency', gate.clock.now())
    gate.issue(environments.find(agency.id, 'production')?.id)
  }
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  const all = alarms.of(operator.person)
  expect(all.map(({ kind, level, count }) => [kind, level, count])).toEqual([
    ['exposed_key', 'error', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 2],
  ])
  expect(alarms.count(operator.person)).toBe(6)
})

test('old keys are counted in all agencies, and a deleted agency has none', async () => {
  const { gate, operator } = createHealthy()
  const { agencies, alarms, environments, keys } = gate.services
  const made = [1, 2, 3, 4].map((at) => agencies.create(`Agency ${at}`, 'agency', gate.clock.now()))
  for (const { id } of made) {
    const production = environments.find(id, 'production')
    environments.setDefaultAgent(production?.id ?? '', gate.agent.id)
    gate.issue(production?.id)
  }
  await gate.clock.advance(91 * dayMs)
  const counts = () => alarms.of(operator.person).map(({ kind, count }) => `${kind} ${count}`)
  const three = Array.from({ length: 3 }, () => 'key_over_age 1')
  expect(counts()).toEqual([...three, 'key_over_age 2'])
  const [gone] = made
  keys.removeOf(gone?.id ?? '')
  agencies.remove(gone?.id ?? '', gate.clock.now())
  expect(counts()).toEqual([...three, 'key_over_age 1'])
})

test('the number of alarms is on every page, as of the last half minute', async () => {
  const { gate, visit } = createHealthy()
  const shown = async () => /(\d+) alarms?</.exec(await (await visit('/admin/account')).text())?.[1]
  expect(await shown()).toBeUndefined()
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  await gate.clock.advance(30_000)
  expect(await shown()).toBe('1')
})

test('an agency’s admin sees what is wrong in their own agency, and nothing of another or of the gate', async () => {
  const { gate, visit } = createHealthy()
  const { agencies, environments, people } = gate.services
  const other = agencies.create('Other', 'agency', gate.clock.now())
  const foreign = environments.find(other.id, 'production')
  const foreignKey = gate.issue(foreign?.id)
  people.setFactorAudience('nobody')
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  await gate.authorized('/api/v1/key', {}, foreignKey)
  const own = withFactor(gate, enter(gate, { agencyId: gate.agency.id }))
  const { cookie } = withFactor(gate, enter(gate, { agencyId: other.id }))
  const text = await textOf(await visit(`/admin/agencies/${gate.agency.id}`, own.cookie))
  expect(text).toContain('was sent in a URL')
  expect(text).not.toContain('no default agent')
  expect(text).not.toContain('Nobody needs a second factor')
  const theirs = await textOf(await visit(`/admin/agencies/${other.id}`, cookie))
  expect(theirs).toContain('no default agent')
  expect(theirs).not.toContain('was sent in a URL')
  expect((await visit('/admin', cookie)).headers.get('location')).toBe(`/admin/agencies/${other.id}`)
})

test('the first page counts today’s calls and requests of all agencies, before they are written and after', async () => {
  const gate = createGate({ requestsPerMinute: 3 })
  const { cookie } = enter(gate, { role: 'operator' })
  const { agencies, agents, environments } = gate.services
  const other = agencies.create('Other', 'agency', gate.clock.now())
  const agent = agents.create(other.id, { name: 'Ben', provider: 'simulator' }, gate.clock.now())
  const production = environments.find(other.id, 'production')
  environments.setDefaultAgent(production?.id ?? '', agent.id)
  const otherKey = gate.issue(production?.id)
  for (const scenario of ['00', '01', '07']) await gate.trigger(scenario)
  await gate.trigger('00', otherKey)
  await gate.trigger('00')
  await gate.clock.advance(60_000)
  for (const flush of [() => {}, () => gate.services.usage.flush()]) {
    flush()
    const text = await textOf(await gate.request('/admin', { headers: { cookie } }))
    expect(text).toContain('Calls 4 0 a week ago by now')
    expect(text).toContain('Answered 67 %')
    expect(text).toContain('Requests allowed 4')
    expect(text).toContain('Requests limited 1')
    expect(text).toContain('Calls in progress 1')
  }
  expect(await textOf(await gate.request('/admin', { headers: { cookie } }))).toContain(
    'Agency Calls Acme Production 3 Other Production 1',
  )
  const home = await textOf(await gate.request(`/admin/agencies/${gate.agency.id}`, { headers: { cookie } }))
  expect(home).toContain('Calls 3 0 a week ago by now')
  expect(home).toContain('Calls in progress 1 of 20')
})

test('the steps of a new agency are done one after the other where they stand', async () => {
  const gate = createGate()
  const { cookie } = enter(gate, { role: 'operator' })
  const { id } = gate.services.agencies.create('Fresh', 'agency', gate.clock.now())
  const home = `/admin/agencies/${id}`
  const page = async () => (await gate.request(home, { headers: { cookie } })).text()
  const states = async () =>
    [...(await page()).matchAll(/<li class="(done|next|later)"/g)].map(([, state]) => state)
  /** Sends the form of a step as the page has it. */
  const send = async (action: string, fields: Record<string, string>) => {
    expect(await page()).toContain(`action="${home}${action}"`)
    const response = await gate.request(home + action, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams(fields),
    })
    expect(response.status).toBeLessThan(400)
  }
  expect(await states()).toEqual(['next', 'later', 'later', 'later', 'later'])
  await send('/agents', { name: 'Front desk' })
  expect(await states()).toEqual(['done', 'next', 'later', 'later', 'later'])
  expect(await page()).toContain(`href="${home}/integrations/providers/vapi"`)
  const credentials = { api_key: 'a key that is made up' }
  gate.services.accounts.save(
    { agencyId: id, provider: 'vapi', baseUrl: null, credentials },
    gate.clock.now(),
  )
  await send('/integrations/api/staging/key', {})
  expect(await states()).toEqual(['done', 'done', 'done', 'next', 'later'])
  await send('/integrations/api/staging/test-call', { scenario: '00' })
  expect(await states()).toEqual(['done', 'done', 'done', 'done', 'next'])
  await send('/integrations/api/production/webhook', { url: 'http://127.0.0.1:9/hook' })
  expect(await states()).toEqual([])
  expect(await page()).not.toContain('Set up this agency')
})
