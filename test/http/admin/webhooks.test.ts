import { expect, test } from 'bun:test'
import { forgetPerson } from '../../../src/calls/operations/forget.ts'
import { commandLineActor } from '../../../src/people/actor.ts'
import { newDelivery } from '../../../src/webhooks/delivery.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { undispatched } from '../../support/orders.ts'
import { createOperator, textOf } from '../../support/page.ts'
import { plansOf } from '../../support/plans.ts'
import { startReceiver } from '../../support/receiver.ts'
import { deliver } from '../../support/webhooks.ts'
import { atOnce } from '../../../src/work.ts'

const pathOf = (gate: Gate, environment = 'production') =>
  `/admin/agencies/${gate.agency.id}/integrations/api/${environment}/webhook`
const secretIn = (html: string) => /whsec_[A-Za-z0-9+/]{40,}={0,2}/.exec(html)?.[0]

/** Somebody signed in beside an endpoint that is saved, and its secret. */
const withEndpoint = async (url: string) => {
  const gate = createGate()
  const page = await createOperator(gate)
  const path = pathOf(gate)
  const secret = secretIn(await (await page.post(path, { url })).text()) ?? ''
  return { gate, page, path, secret }
}

test('the secret is shown once, when the webhook is first saved, and is nowhere else', async () => {
  const { gate, page, path, secret } = await withEndpoint('http://127.0.0.1:9/hook')
  expect(secret).toStartWith('whsec_')
  expect(await (await page.visit(path)).text()).not.toContain(secret)
  const again = await (await page.post(path, { url: 'http://127.0.0.1:9/other' })).text()
  expect(secretIn(again)).toBeUndefined()
  expect(atOnce(gate.services.webhooks.find(gate.production.id))).toMatchObject({
    url: 'http://127.0.0.1:9/other',
  })
  const stored = JSON.stringify(gate.database.sqlite.query('select * from webhooks').all())
  expect(stored).not.toContain(secret)
  expect(stored).not.toContain(secret.slice('whsec_'.length))
})

test('an address that may not be called is refused with what was typed, and changes nothing', async () => {
  const gate = createGate({ allowPrivateDestinations: false })
  const page = await createOperator(gate)
  for (const url of [
    'http://example.com/',
    'https://127.0.0.1/',
    'https://user:pass@example.com/',
    'nonsense',
    '',
  ]) {
    const answer = await page.post(pathOf(gate), { url })
    expect([url, answer.status]).toEqual([url, 422])
    const html = await answer.text()
    expect(html).toContain('role="alert"')
    if (url !== '') expect(html).toContain(`value="${url}"`)
  }
  expect(atOnce(gate.services.webhooks.find(gate.production.id))).toBeUndefined()
  // Who tried which host; nothing of the rest of a URL, and nothing of a text that is none.
  expect(
    atOnce(gate.services.audit.list({ limit: 3 })).map(({ action, target }) => [action, target]),
  ).toEqual([
    [
      'destination.refused',
      'https://example.com: This URL cannot be used: it contains a user name or a password.',
    ],
    ['destination.refused', 'https://127.0.0.1: This URL cannot be used: its address is loopback.'],
    ['destination.refused', 'http://example.com: This URL cannot be used: it must begin with https://.'],
  ])
})

test('a test shows its status, time and answer at once, and is listed with the deliveries', async () => {
  await using receiver = startReceiver(() => new Response('<b>thanks</b>', { status: 202 }))
  const { gate, page, path, secret } = await withEndpoint(receiver.url)
  receiver.expect(secret)
  const sent = await page.post(`${path}/test`)
  expect(sent.status).toBe(303)
  const shown = await (await page.visit(sent.headers.get('location') ?? '')).text()
  expect(shown).toContain('The test was delivered.')
  expect(shown).toContain('202')
  expect(shown).toMatch(/\d+ ms/)
  expect(shown).toContain('&lt;b>thanks&lt;/b>')
  expect(receiver.received).toHaveLength(1)
  expect(receiver.received[0]).toMatchObject({ verified: true, body: { event: 'test', test: true } })
  expect(atOnce(gate.services.deliveries.counts(gate.production.id))).toEqual({
    pending: 0,
    delivered: 1,
    dead: 0,
  })
})

test('a test that fails says why, and is not tried again', async () => {
  await using receiver = startReceiver(() => new Response('broken', { status: 500 }))
  const { gate, page, path } = await withEndpoint(receiver.url)
  gate.services.deliverer.start()
  const sent = await page.post(`${path}/test`)
  const shown = await textOf(await page.visit(sent.headers.get('location') ?? ''))
  expect(shown).toContain('The test was not delivered.')
  expect(shown).toContain('The endpoint responded with 500.')
  await deliver(gate, 600_000)
  expect(receiver.received).toHaveLength(1)
  gate.services.halt()
})

test('a rotation shows the new secret once, and says until when the earlier one signs', async () => {
  const { page, path, secret } = await withEndpoint('http://127.0.0.1:9/hook')
  const shown = await (await page.post(`${path}/secret`)).text()
  const fresh = secretIn(shown)
  expect(fresh).toStartWith('whsec_')
  expect(fresh).not.toBe(secret)
  expect(shown).toContain('16 Jan 2026, 12:00 UTC')
  expect(await (await page.visit(path)).text()).not.toContain(fresh ?? '')
})

test('deliveries are listed, looked at, and replayed one by one and all together', async () => {
  await using receiver = startReceiver(() => new Response('no', { status: 410 }))
  const { gate, page, path } = await withEndpoint(receiver.url)
  const { deliverer, deliveries, lifecycle } = gate.services
  deliverer.start()
  const { id } = undispatched(gate)
  await lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
  await deliver(gate)
  const [dead] = atOnce(deliveries.ofCall(id))
  expect(dead?.state).toBe('dead')
  const list = await textOf(await page.visit(path))
  expect(list).toContain('Failed 1')
  expect(list).toContain('Disabled')
  const one = await textOf(await page.visit(`${path}/deliveries/${dead?.id}`))
  expect(one).toContain(dead?.id ?? '')
  expect(one).toContain('410 Gone')
  expect(await textOf(await page.visit(`/admin/agencies/${gate.agency.id}/calls/${id}`))).toContain(
    'call_ended',
  )

  receiver.answer(() => new Response())
  await page.post(`${path}/access`, { enabled: 'true' })
  await page.post(`${path}/deliveries/${dead?.id}/replay`)
  await deliver(gate)
  expect(atOnce(deliveries.ofCall(id))[0]?.state).toBe('delivered')
  expect(receiver.received.map(({ id: sent }) => sent)).toEqual([dead?.id ?? '', dead?.id ?? ''])

  const delivered = atOnce(deliveries.ofCall(id))[0]!
  atOnce(deliveries.update(delivered, { ...delivered, state: 'dead' }))
  await page.post(`${path}/replay`)
  await deliver(gate)
  expect(atOnce(deliveries.counts(gate.production.id))).toEqual({ pending: 0, delivered: 1, dead: 0 })
  gate.services.halt()
})

test('removing the webhook gives up what was pending and forgets the secret', async () => {
  const { gate, page, path } = await withEndpoint('http://127.0.0.1:9/hook')
  const { id } = undispatched(gate)
  await gate.services.lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
  expect((await page.post(`${path}/remove`)).status).toBe(303)
  expect(atOnce(gate.services.webhooks.find(gate.production.id))).toBeUndefined()
  expect(atOnce(gate.services.deliveries.ofCall(id))[0]).toMatchObject({ state: 'dead' })
  expect((await page.post(`${path}/test`)).status).toBe(404)
})

test('one environment’s webhook page never shows or replays another’s delivery', async () => {
  const { gate, page, path } = await withEndpoint('http://127.0.0.1:9/hook')
  const { id } = undispatched(gate)
  await gate.services.lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
  const [delivery] = atOnce(gate.services.deliveries.ofCall(id))
  const elsewhere = `${pathOf(gate, 'staging')}/deliveries/${delivery?.id}`
  expect((await page.visit(elsewhere)).status).toBe(404)
  expect((await page.post(`${elsewhere}/replay`)).status).toBe(404)
  expect((await page.visit(`${path}/deliveries/msg_none`)).status).toBe(404)
})

test('every change is in the audit, and none of its lines has a secret or the path of an address', async () => {
  const { gate, page, path, secret } = await withEndpoint('http://127.0.0.1:9/secret-path')
  await page.post(path, { url: 'http://127.0.0.1:9/secret-path-2' })
  await page.post(`${path}/secret`)
  await page.post(`${path}/access`, { enabled: 'false' })
  await page.post(`${path}/remove`)
  const lines = atOnce(gate.services.audit.list({ agency: gate.agency.id, limit: 100 }))
  expect(lines.map(({ action }) => action).filter((action) => action.startsWith('webhook'))).toEqual([
    'webhook.removed',
    'webhook.switched',
    'webhook.secret_rotated',
    'webhook.saved',
    'webhook.saved',
  ])
  const written = JSON.stringify(lines)
  for (const secretText of [secret, 'secret-path']) expect(written).not.toContain(secretText)
})

test('every attempt is kept with its response, also those before a replay, and no secret and no signature', async () => {
  await using receiver = startReceiver(() => new Response('Back soon', { status: 503 }))
  const { gate, page, path, secret } = await withEndpoint(receiver.url)
  const { deliverer, deliveries, lifecycle } = gate.services
  deliverer.start()
  const { id } = undispatched(gate)
  await lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
  await deliver(gate)
  receiver.answer(() => new Response('Too many', { status: 429 }))
  await deliver(gate, 6000)
  receiver.answer(() => new Response('thanks'))
  await deliver(gate, 300_000)
  const [delivery] = atOnce(deliveries.ofCall(id))
  await page.post(`${path}/deliveries/${delivery?.id}/replay`)
  await deliver(gate)
  gate.services.halt()
  expect(receiver.received).toHaveLength(4)
  const shown = await page.visit(`${path}/deliveries/${delivery?.id}`)
  const html = await shown.clone().text()
  const text = await textOf(shown)
  expect(html.match(/<details(?! class="switcher")/g)).toHaveLength(4)
  expect(text).toMatch(/200 in .*thanks.*200 in .*thanks.*429 in .*Too many.*503 in .*Back soon/)
  for (const said of [
    `webhook-id: ${delivery?.id}`,
    'content-type: application/json',
    `POST ${receiver.url}`,
  ])
    expect(text).toContain(said)
  expect(html).not.toContain(secret)
  for (const { signatures } of receiver.received)
    for (const signature of signatures) expect(html).not.toContain(signature)
  await gate.services.perform(forgetPerson, { phone: '+15551234500' }, commandLineActor)
  const [forgotten] = atOnce(deliveries.ofCall(id))
  expect(forgotten && atOnce(deliveries.attempts(forgotten)).map(({ answer }) => answer)).toEqual(
    Array(4).fill(null),
  )
})

test('deliveries are listed by state, with how many there are of each, by an index where most are of another', async () => {
  const { gate, page, path } = await withEndpoint('http://127.0.0.1:9/hook')
  const { deliveries } = gate.services
  const made = (state: 'pending' | 'delivered' | 'dead', count: number) =>
    Array.from({ length: count }, () => {
      const told = { environmentId: gate.production.id, callId: null, event: 'test', payload: '{}' } as const
      const delivery = { ...newDelivery({ ...told, createdAt: gate.clock.now() }), state }
      atOnce(deliveries.insert(delivery))
      return delivery.id
    })
  const dead = made('dead', 30)
  made('delivered', 3)
  const pending = made('pending', 1)
  const listed = async (at: string) => {
    const html = await (await page.visit(at)).text()
    const ids = [...html.matchAll(/deliveries\/(msg_[\w-]+)"/g)].map(([, id = '']) => id)
    const older = /href="([^"#]+)#deliveries">Older/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    return { ids, older, html }
  }
  const first = await listed(`${path}?state=dead`)
  const second = await listed(first.older ?? '')
  expect([...first.ids, ...second.ids]).toEqual(dead.toReversed())
  expect(second.older).toBeUndefined()
  expect((await listed(`${path}?state=pending`)).ids).toEqual(pending)
  for (const chip of ['All 34', 'Pending 1', 'Delivered 3', 'Failed 30']) expect(first.html).toContain(chip)
  const plan = plansOf(gate, () =>
    atOnce(deliveries.page({ environmentId: gate.production.id, state: 'dead', limit: 26 })),
  )
  expect(plan).toEqual(['SEARCH deliveries USING INDEX deliveries_dead (environment_id=?)'])
})
