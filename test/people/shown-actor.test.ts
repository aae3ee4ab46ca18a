import { expect, test } from 'bun:test'
import { type Action, actedBy, actions } from '../../src/audit.ts'
import { listAudit } from '../../src/audit/operations/list.ts'
import { acknowledgeAlerts } from '../../src/alerts/operations/alerts.ts'
import { createAgent } from '../../src/agencies/operations/agent.ts'
import { setLimits } from '../../src/agencies/operations/environment.ts'
import { generateKey } from '../../src/keys/operations/generate.ts'
import { disableKey } from '../../src/keys/operations/switch.ts'
import { operations } from '../../src/operations.ts'
import { type Actor, commandLineActor } from '../../src/people/actor.ts'
import { invitePerson } from '../../src/people/operations/people.ts'
import { createToken } from '../../src/people/operations/tokens.ts'
import { actorShownTo } from '../../src/people/shown-actor.ts'
import { textOf } from '../support/page.ts'
import { populate } from '../support/visitors.ts'
import { atOnce } from '../../src/work.ts'

const secret = 'hidden.operator@example.com'
const address = '203.0.113.77'

/** An agency in which an operator has done everything that leaves a line, and some of it really. */
const createPlace = async () => {
  const place = await populate()
  const { gate } = place
  const { perform, audit } = gate.services
  const operator: Actor = { ...commandLineActor, id: crypto.randomUUID(), name: secret, address }
  const production = { agency: gate.agency.id, environment: 'production' } as const
  await perform(createAgent, { agency: gate.agency.id, name: 'Bea' }, operator)
  await perform(generateKey, { agency: gate.agency.id, environment: 'staging' }, operator)
  await perform(setLimits, { ...production, requests_per_minute: 50 }, operator)
  await perform(invitePerson, { agency: gate.agency.id, email: 'new@example.com' }, operator)
  await perform(createToken, { agency: gate.agency.id, name: 'ci', permission: ['*'] }, operator)
  await perform(disableKey, production, operator)
  const now = gate.clock.now()
  atOnce(
    gate.services.alerts.insert({
      id: Bun.randomUUIDv7(),
      kind: 'budget_threshold',
      agencyId: gate.agency.id,
      environmentId: gate.production.id,
      message: 'The budget is used up.',
      count: 1,
      at: now,
      lastAt: now,
      accessDisabled: false,
      acknowledgedAt: null,
      acknowledgedBy: null,
    }),
  )
  await perform(acknowledgeAlerts, { all: true }, operator)
  for (const action of Object.keys(actions) as Action[])
    atOnce(audit.record({ ...actedBy(operator, gate.clock.now()), action, agency: gate.agency.id }))
  const admin: Actor = { ...operator, name: 'own@example.com', role: 'admin', agencyId: gate.agency.id }
  return { ...place, operator, admin }
}

test('no page and no file that an agency’s admin can open names an operator, or tells where one was', async () => {
  const { gate, fill, cookies } = await createPlace()
  const paths = gate.app.routes
    .filter(
      ({ method, path }) => method === 'GET' && /^\/admin\/(agencies\/:agency|account|alerts)/.test(path),
    )
    .map(({ path }) => path)
  expect(paths.length).toBeGreaterThan(20)
  const named: string[] = []
  for (const path of [...paths, '/admin/agencies/:agency/audit.csv']) {
    const response = await gate.request(fill(path), { headers: { cookie: cookies['own admin'] } })
    const text = await response.text()
    if (text.includes(secret) || text.includes(address)) named.push(path)
  }
  expect(named).toEqual([])
  const seen = await gate.request(fill('/admin/agencies/:agency/audit'), {
    headers: { cookie: cookies['own admin'] },
  })
  expect(await textOf(seen)).toContain('an operator created an agent')
})

test('no operation tells it to whoever is bound to an agency, person or token', async () => {
  const { gate, admin } = await createPlace()
  const { perform } = gate.services
  const lists = operations.filter(({ name, may }) => may === 'admin' && /\.(list|show)$/.test(name))
  expect(lists.length).toBeGreaterThan(5)
  for (const actor of [admin, { ...admin, name: 'token ci', permissions: ['*'] }])
    for (const operation of lists) {
      const scoped = { agency: gate.agency.id, environment: 'production', agent: gate.agent.id }
      const fields = Object.keys(operation.input.shape)
      const input = Object.fromEntries(Object.entries(scoped).filter(([name]) => fields.includes(name)))
      const output = await perform(operation as never, input, actor).catch((error: Error) => error.message)
      expect([operation.name, JSON.stringify(output)]).toEqual([
        operation.name,
        expect.not.stringMatching(`${secret}|${address}`),
      ])
    }
  const lines = await perform(listAudit, {}, admin)
  expect(lines).toHaveLength(50)
  expect(new Set(lines.map(({ actor }) => actor))).toEqual(new Set(['an operator']))
})

test('operators see who it was, in the agency’s audit as in the whole', async () => {
  const { gate, fill, cookies, operator } = await createPlace()
  const headers = { cookie: cookies.operator }
  for (const path of ['/admin/audit', '/admin/agencies/:agency/audit', '/admin/agencies/:agency/audit.csv'])
    expect(await (await gate.request(fill(path), { headers })).text()).toContain(secret)
  const lines = await gate.services.perform(listAudit, { agency: gate.agency.id }, operator)
  expect(lines[0]).toMatchObject({ actor: secret, actor_id: operator.id, address })
})

const kept = { actor: 'jo@example.com', actorId: 'person', actorRole: 'admin', address: '192.0.2.1' }
test.each([
  ['an admin', kept, kept],
  ['an operator', { ...kept, actorRole: 'operator' }, { actor: 'an operator', actorId: null, address: null }],
  [
    'an e-mail address of an earlier version',
    { ...kept, actorRole: null },
    { actor: 'somebody', address: null },
  ],
  ['no person', { ...kept, actor: 'simulator', actorRole: null }, { actor: 'simulator' }],
])('to an agency, %s is shown as that', (_what, line, shown) => {
  expect(actorShownTo({ agencyId: 'agency' }, line)).toMatchObject(shown)
  expect(actorShownTo({ agencyId: null }, line)).toEqual(line)
})
