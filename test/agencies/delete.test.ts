import { expect, test } from 'bun:test'
import { createAgency, listAgencies, showAgency } from '../../src/agencies/operations/agency.ts'
import { deleteAgency } from '../../src/agencies/operations/delete.ts'
import { listAudit } from '../../src/audit/operations/list.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createToken, listTokens } from '../../src/people/operations/tokens.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { settled } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { openAlert } from '../support/alerts.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { oldCall, oldDelivery } from '../support/old-rows.ts'
import { restarted, triggered, undispatched } from '../support/orders.ts'
import { createOperator, enter, linkTo, textOf } from '../support/page.ts'
import { expectRefusal } from '../support/refusal.ts'
import { connect, until } from '../support/scenarios.ts'
import { listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

const acme = { agency: 'Acme' }
const remove = ({ services }: Gate) => services.perform(deleteAgency, acme, commandLineActor)
const rowsOf = ({ database }: Gate, table: string) =>
  database.sqlite.query<{ n: number }, []>(`select count(*) as n from ${table}`).get()?.n

/** An hour and more, in which what is old or was deleted is removed. */
const untilPurged = async (gate: Gate) => {
  gate.services.start()
  await gate.clock.advance(70_000)
  gate.services.halt()
}

test('every key of a deleted agency is unknown from the very next request on, replaced ones too', async () => {
  const gate = createGate()
  const fresh = gate.issue()
  const unused = gate.issue(gate.environment('staging').id)
  expect((await gate.trigger('00', fresh)).status).toBe(200)
  await expectRefusal(await gate.trigger(), 401, 'rotated_key')
  await remove(gate)
  for (const key of [gate.key, fresh, unused]) {
    await expectRefusal(await gate.trigger('00', key), 401, 'invalid_key')
    await expectRefusal(await gate.authorized('/api/v1/key', {}, key), 401, 'invalid_key')
  }
  expect(rowsOf(gate, 'keys')).toBe(0)
})

test('nobody finds it by its id or its name, and its lines in the audit still name it', async () => {
  const gate = createGate()
  const { agencies, perform } = gate.services
  await remove(gate)
  expect(await perform(listAgencies, {}, commandLineActor)).toEqual([])
  for (const agency of [gate.agency.id, 'Acme'])
    expect(perform(showAgency, { agency }, commandLineActor)).rejects.toMatchObject({ reason: 'not_found' })
  expect([
    atOnce(agencies.find(gate.agency.id)),
    atOnce(agencies.named('Acme')),
    atOnce(agencies.list()),
  ]).toEqual([undefined, [], []])
  expect(await perform(listAudit, {}, commandLineActor)).toMatchObject([
    { action: 'agency.deleted', agency: gate.agency.id, agency_name: 'Acme', target: 'Acme' },
  ])
  const again = await perform(createAgency, { name: 'Acme', plan: 'agency' }, commandLineActor)
  expect(await perform(showAgency, acme, commandLineActor)).toMatchObject({ id: again.id })
})

test('its admins are signed out, its invitations and admin tokens open nothing, and the others’ do', async () => {
  const gate = createGate()
  const { invitations, perform } = gate.services
  const { cookie, visit } = await createOperator(gate)
  const admin = enter(gate, { agencyId: gate.agency.id })
  const now = gate.clock.now()
  const role = 'admin' as const
  atOnce(invitations.add(linkTo({ hash: 'joining', createdAt: now, role, agencyId: gate.agency.id })))
  atOnce(invitations.add(linkTo({ hash: 'reset', createdAt: now, role, personId: admin.person.id })))
  const token = { permission: ['*'] }
  const theirs = await perform(createToken, { ...token, name: 'theirs', ...acme }, commandLineActor)
  await perform(createToken, { ...token, name: 'ours' }, commandLineActor)
  await remove(gate)
  const lookAt = (whose: string) => gate.request('/admin/account', { headers: { cookie: whose } })
  expect((await lookAt(admin.cookie)).headers.get('location')).toStartWith('/admin/sign-in')
  expect((await lookAt(cookie)).status).toBe(200)
  expect(await textOf(await visit('/admin/people'))).not.toContain(admin.person.email)
  expect([atOnce(invitations.find('joining', now)), atOnce(invitations.findReset('reset', now))]).toEqual([
    undefined,
    undefined,
  ])
  await expectRefusal(
    await gate.postJson('/api/admin/v1/agency.list', {}, theirs.token),
    401,
    'invalid_admin_token',
  )
  expect(await perform(listTokens, {}, commandLineActor)).toMatchObject([{ name: 'ours' }])
})

test('calls under way are over with it, their slots are free, and no webhook is told any more', async () => {
  const gate = createGate()
  listen(gate, 'http://127.0.0.1:9/hook')
  const call = await triggered(gate, '07')
  await gate.clock.advance(3000)
  const told = rowsOf(gate, 'deliveries')
  expect(await remove(gate)).toMatchObject({ calls: 1, keys: 1, agents: 1, webhooks: 1 })
  expect(call.now()).toMatchObject({
    status: 'failed',
    reasonCode: 'released',
    reason: 'The agency was deleted.',
  })
  expect(gate.services.leases.count(gate.production.id)).toBe(0)
  expect(rowsOf(gate, 'deliveries')).toBe(told ?? -1)
  expect(rowsOf(gate, "deliveries where state = 'pending'")).toBe(0)
  await settled()
  expect(call.now().hangUpPending).toBe(false)
})

test('its alerts and its pre-dial hook go with it', async () => {
  const gate = createGate()
  const { deletedAgencies, alerts, predialHooks } = gate.services
  openAlert(gate)
  atOnce(alerts.mark(gate.production.id, 'new_country', 'US', 0))
  atOnce(alerts.mark(gate.agency.id, 'budget_threshold', 'calls', 0))
  atOnce(predialHooks.save(gate.production.id, 'https://example.com/ask', mintWebhookSecret(), 0))
  await remove(gate)
  while (!atOnce(deletedAgencies.purge(200)).isLast);
  for (const table of ['alerts', 'alert_marks', 'signed_urls']) expect(rowsOf(gate, table)).toBe(0)
})

test('the provider hangs up what it was talking on, by the account that goes once it has', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, report } = connect(fake)
  const { accounts, deletedAgencies } = gate.services
  const call = await place()
  await report(call.id, 'answered')
  await remove(gate)
  expect(atOnce(accounts.list(gate.agency.id))).toHaveLength(1)
  await until(() => !call.now().hangUpPending)
  expect(fake.wasEnded(call.id)).toBe(true)
  while (!atOnce(deletedAgencies.purge(200)).isLast);
  expect(atOnce(accounts.list(gate.agency.id))).toEqual([])
})

test('no phone rings for a trigger that was let in just before, and waits for its commit', async () => {
  const gate = createGate()
  const { calls, keyring, leases, trigger } = gate.services
  const admitted = keyring.find(gate.key)
  if (!admitted) throw new Error('no key')
  const order = {
    phoneNumber: '+15551234507',
    agentId: null,
    name: null,
    email: null,
    metadata: null,
    providerOptions: null,
    timeZone: null,
    consent: null,
  }
  const [{ callId }] = await Promise.all([trigger(admitted.environment, order), remove(gate)])
  await gate.clock.advance(60_000)
  expect(atOnce(calls.find(callId))).toMatchObject({ status: 'failed', dispatch: 'pending', ringingAt: null })
  expect(leases.count(gate.production.id)).toBe(0)
})

test('after a crash in the moment of the deletion nothing rings, and what had been ordered is hung up', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const waiting = undispatched(gate)
  const talking = await triggered(gate, '07')
  await gate.clock.advance(3000)
  const deleting = remove(gate)
  // Whatever the process would do after the transaction is lost.
  gate.services.halt()
  void deleting.catch(() => {})
  using next = await restarted(gate, directory.database)
  await next.clock.advance(60_000)
  expect(next.call(waiting.id)).toMatchObject({ status: 'failed', dispatch: 'pending', ringingAt: null })
  expect(next.call(talking.id)).toMatchObject({ status: 'failed', hangUpPending: false })
  expect(next.leases()).toBe(0)
})

test('all of it is deleted, with its line, or nothing is', async () => {
  const gate = createGate()
  listen(gate, 'http://127.0.0.1:9/hook')
  enter(gate, { agencyId: gate.agency.id })
  const call = undispatched(gate)
  const tables = () =>
    ['agencies', 'environments', 'keys', 'agents', 'people', 'sessions', 'webhooks', 'calls'].map((name) =>
      gate.database.sqlite.query(`select * from ${name}`).all(),
    )
  const before = tables()
  gate.database.sqlite.run(
    "create trigger full before insert on audit begin select raise(abort, 'full'); end",
  )
  expect(await remove(gate).catch(() => 'failed')).toBe('failed')
  expect(tables()).toEqual(before)
  expect(gate.services.leases.count(gate.production.id)).toBe(1)
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
  expect(call.now().endedAt).toBeNull()
})

/** Another agency with a key, a call and everything that is removed of the first. */
const withNeighbour = (gate: Gate) => {
  const { agencies, agents } = gate.services
  const other = atOnce(agencies.create('Other', 'agency', 0))
  const production = gate.environment('production', other.id)
  const agent = atOnce(agents.create(other.id, { name: 'Bea', provider: 'simulator' }, 0))
  const neighbour = { ...gate, agency: other, agent, production }
  return { neighbour, key: gate.issue(production.id) }
}

const fill = async (gate: Gate, key: string, calls: number) => {
  atOnce(
    gate.database.transaction(function* () {
      for (let made = 0; made < calls; made++) {
        const { id } = oldCall(gate, gate.clock.now())
        oldDelivery(gate, gate.clock.now(), { callId: id })
        yield* gate.services.idempotency.put({
          environmentId: gate.production.id,
          key: id,
          fingerprint: 'x',
          callId: id,
          createdAt: gate.clock.now(),
        })
      }
    }),
  )
  await gate.authorized('/api/v1/key', {}, key)
  await gate.postJson('/api/v1/calls/trigger', '{', key)
  atOnce(gate.services.usage.flush())
}

test('what it had is removed in batches, and nothing of another agency', async () => {
  const gate = createGate()
  const { neighbour, key } = withNeighbour(gate)
  const { accounts } = gate.services
  atOnce(
    accounts.save(
      { agencyId: gate.agency.id, provider: 'vapi', baseUrl: null, credentials: { api_key: 'x' } },
      1,
    ),
  )
  await fill(gate, gate.key, 500)
  await fill(neighbour, key, 3)
  const heavy = ['deliveries', 'idempotency_keys', 'usage', 'refusals', 'calls']
  const counts = () => heavy.map((table) => rowsOf(gate, table))
  const ofOther = heavy.map((table) =>
    rowsOf(gate, `${table} where environment_id = '${neighbour.production.id}'`),
  )
  expect(ofOther.every((count) => (count ?? 0) > 0)).toBe(true)
  await remove(gate)
  expect(rowsOf(gate, 'calls')).toBe(503)
  expect(atOnce(gate.services.deletedAgencies.purge(200))).toEqual({ removed: 200, isLast: false })
  await untilPurged(gate)
  expect(counts()).toEqual(ofOther)
  expect(atOnce(accounts.list(gate.agency.id))).toEqual([])
  expect(rowsOf(gate, "agents where name = 'Ann'")).toBe(0)
  expect(gate.database.sqlite.query('PRAGMA foreign_key_check').all()).toEqual([])
  expect((await gate.authorized('/api/v1/key', {}, key)).status).toBe(200)
})

test('a server that was stopped in the middle of it goes on after its next start', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  await fill(gate, gate.key, 250)
  await remove(gate)
  atOnce(gate.services.deletedAgencies.purge(200))
  expect(rowsOf(gate, 'deliveries')).toBe(50)
  using next = await restarted(gate, directory.database)
  next.services.start()
  await next.clock.advance(70_000)
  next.services.halt()
  expect(atOnce(next.services.calls.page({ environmentId: gate.production.id, limit: 1 })).calls).toEqual([])
})

test('a call that has still to be hung up is kept, and with it the account', async () => {
  const gate = createGate()
  const { accounts, deletedAgencies } = gate.services
  const { id: accountId } = atOnce(
    accounts.save(
      { agencyId: gate.agency.id, provider: 'vapi', baseUrl: null, credentials: { api_key: 'x' } },
      1,
    ),
  )
  oldCall(gate, 1, { hangUpPending: true, accountId })
  oldCall(gate, 1)
  await remove(gate)
  const purge = () => {
    while (!atOnce(deletedAgencies.purge(200)).isLast);
  }
  purge()
  expect([rowsOf(gate, 'calls'), atOnce(accounts.list(gate.agency.id)).length]).toEqual([1, 1])
  gate.database.sqlite.run('update calls set hang_up_due = 0')
  purge()
  expect([rowsOf(gate, 'calls'), atOnce(accounts.list(gate.agency.id)).length]).toEqual([0, 0])
})

test('what a request of it has left in memory keeps nothing of the others from being written', async () => {
  const gate = createGate()
  const { key } = withNeighbour(gate)
  await gate.authorized('/api/v1/key')
  await gate.authorized('/api/v1/key', {}, key)
  await remove(gate)
  atOnce(gate.services.usage.flush())
  expect(rowsOf(gate, 'key_clients')).toBe(1)
})

test('keys of other agencies that change after it are seen as they are, on the very next request', async () => {
  const gate = createGate()
  const { neighbour, key } = withNeighbour(gate)
  expect((await gate.authorized('/api/v1/key', {}, key)).status).toBe(200)
  await remove(gate)
  await untilPurged(gate)
  const fresh = gate.issue(neighbour.production.id)
  await expectRefusal(await gate.authorized('/api/v1/key', {}, key), 401, 'rotated_key')
  expect((await gate.authorized('/api/v1/key', {}, fresh)).status).toBe(200)
})

test('without a server it is refused while a call is under way, and done where none is', async () => {
  const gate = createGate({ isServing: false })
  const call = undispatched(gate)
  expect(remove(gate)).rejects.toMatchObject({ reason: 'server_needed' })
  expect(call.now().endedAt).toBeNull()
  await gate.services.lifecycle.record(call.id, { type: 'ended', at: 1, status: 'failed' })
  expect(await remove(gate)).toMatchObject({ name: 'Acme', calls: 0 })
})

test('only an operator deletes an agency, and a program that has the permission', async () => {
  const gate = createGate()
  const { perform } = gate.services
  expect(perform(deleteAgency, acme, adminOf(gate.agency.id))).rejects.toMatchObject({
    reason: 'operator_only',
  })
  expect(perform(deleteAgency, acme, tokenWith(['agency.suspend']))).rejects.toMatchObject({
    reason: 'permission_required',
  })
  expect(await perform(deleteAgency, acme, tokenWith(['agency.delete']))).toMatchObject({ name: 'Acme' })
})

test('what it ends and removes is said first, at the page too, and nothing is removed by asking', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  listen(gate, 'http://127.0.0.1:9/hook')
  enter(gate, { agencyId: gate.agency.id })
  gate.issue(gate.environment('staging').id)
  undispatched(gate)
  const path = `/admin/agencies/${gate.agency.id}`
  const asked = await textOf(await visit(`${path}/delete`))
  expect(asked).toContain(
    'Ended and removed at once: 1 call in progress, 2 API keys, 1 agent, 1 webhook, 1 person.',
  )
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
  const removed = await post(`${path}/delete`)
  expect([removed.status, removed.headers.get('location')]).toEqual([303, '/admin/agencies'])
  expect(await textOf(await visit('/admin/agencies'))).not.toContain('Acme')
  expect((await visit(path)).status).toBe(404)
  expect(await textOf(await visit('/admin/audit'))).toContain('deleted the agency: Acme')
})
