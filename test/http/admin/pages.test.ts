import { expect, test } from 'bun:test'
import { createGate, type Gate } from '../../support/gate.ts'
import { createOperator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)> اختبار 👩‍👩‍👧 {{7*7}} %00`
const apiPath = (gate: Gate) => `/admin/agencies/${gate.agency.id}/integrations/api`
const keyIn = (html: string) => /bvai_sk_[0-9A-Za-z]{38}/.exec(html)?.[0]

test('every page, errors included, carries the strict headers', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const paths = [
    '/admin/agencies',
    apiPath(gate),
    '/admin/nothing',
    '/admin/agencies/unknown',
    '/admin/sign-in',
    '/admin/setup',
  ]
  for (const path of paths) {
    const { headers } = await visit(path)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    const policy = headers.get('content-security-policy') ?? ''
    for (const rule of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ])
      expect(policy).toContain(rule)
    expect(policy).not.toContain('unsafe')
  }
})

test('names are shown as text on every page', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const created = await post('/admin/agencies', { name: hostile, plan: 'agency' })
  const home = created.headers.get('location') ?? ''
  await post(`${home}/agents`, { name: hostile })
  for (const path of [
    '/admin/agencies',
    home,
    `${home}/agents`,
    `${home}/integrations`,
    `${home}/integrations/api`,
  ]) {
    const html = await (await visit(path)).text()
    expect(html).not.toMatch(/<script>|<img/)
    expect(html).toContain('&lt;script>')
  }
  expect(await textOf(await visit(`${home}/agents`))).toContain(hostile.replaceAll(/\s+/g, ' '))
})

test('a refused name keeps what was typed and says why', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const tooLong = 'x'.repeat(101)
  for (const path of ['/admin/agencies', `/admin/agencies/${gate.agency.id}/agents`]) {
    const refused = await post(path, { name: tooLong, plan: 'agency' })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('at most 100 characters')
    expect(html).toContain(`value="${tooLong}"`)
    expect((await post(path, { name: '  ', plan: 'agency' })).status).toBe(422)
  }
})

test('a generated key is shown in one answer, works at once, and is in no later page', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const shown = await post(`${apiPath(gate)}/staging/key`)
  expect(shown.headers.get('cache-control')).toBe('no-store')
  const html = await shown.text()
  const key = keyIn(html) ?? ''
  expect(html).toContain('won’t be shown again')
  expect((await gate.authorized('/api/v1/key', {}, key)).status).toBe(200)
  for (const path of [
    apiPath(gate),
    `${apiPath(gate)}/staging/rotate`,
    `/admin/agencies/${gate.agency.id}/integrations`,
  ]) {
    const later = await (await visit(path)).text()
    expect(later).not.toContain(key)
    expect(keyIn(later)).toBeUndefined()
  }
  const reloaded = await visit(`${apiPath(gate)}/staging/key`)
  expect(await reloaded.text()).toContain('A key is shown only once.')
})

test('rotating at the page ends the old key with that answer', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const confirmation = await (await visit(`${apiPath(gate)}/production/rotate`)).text()
  expect(confirmation).toContain('stops working at once')
  const replaces = /name="replaces" value="([^"]+)"/.exec(confirmation)?.[1] ?? ''
  const fresh = keyIn(await (await post(`${apiPath(gate)}/production/key`, { replaces })).text()) ?? ''
  expect((await gate.authorized('/api/v1/key')).status).toBe(401)
  expect((await gate.authorized('/api/v1/key', {}, fresh)).status).toBe(200)

  const resent = await post(`${apiPath(gate)}/production/key`, { replaces })
  expect(resent.status).toBe(409)
  const explained = await resent.text()
  expect(keyIn(explained)).toBeUndefined()
  expect(explained).toContain('A key is shown only once.')
  expect(explained).toContain(`${apiPath(gate)}/production/rotate`)
  expect((await gate.authorized('/api/v1/key', {}, fresh)).status).toBe(200)
})

test('a form for a first key does nothing once there is one', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  expect((await post(`${apiPath(gate)}/production/key`)).status).toBe(409)
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
})

test('the switch turns API access off and on for the very next request, and says how it stands', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  await post(`${apiPath(gate)}/production/access`, { enabled: 'false' })
  expect((await gate.authorized('/api/v1/key')).status).toBe(403)
  expect(await (await visit(apiPath(gate))).text()).toContain('aria-checked="false"')
  await post(`${apiPath(gate)}/production/access`, { enabled: 'true' })
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
  expect((await post(`${apiPath(gate)}/production/access`, { enabled: 'maybe' })).status).toBe(400)
})

test('the page says what is known of a key: its last characters, its age, its last use', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  await gate.authorized('/api/v1/key')
  await gate.clock.advance(3 * 60_000)
  const text = await textOf(await visit(apiPath(gate)))
  expect(text).toContain(`bvai_sk_…${gate.key.slice(-4)}`)
  expect(text).toContain('Created 3 minutes ago')
  expect(text).toContain('Last used 3 minutes ago')
})

test('a key that was seen in a URL is reported on the page', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  expect(await textOf(await visit(apiPath(gate)))).toContain('This key was sent in a URL')
})

test('a plan without API access is said on the page and holds for the next request', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  await post(`/admin/agencies/${gate.agency.id}/plan`, { plan: 'growth' })
  expect((await gate.authorized('/api/v1/key')).status).toBe(403)
  expect(await textOf(await visit(apiPath(gate)))).toContain('API access requires the Agency plan')
  expect((await post(`/admin/agencies/${gate.agency.id}/plan`, { plan: 'gold' })).status).toBe(400)
})

test('the default agent is one of the agency’s own, or none', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const path = `/admin/agencies/${gate.agency.id}/agents/default`
  const other = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  const foreign = atOnce(
    gate.services.agents.create(other.id, { name: 'Foreign', provider: 'simulator' }, gate.clock.now()),
  )
  expect((await post(path, { environment: 'production', agent: foreign.id })).status).toBe(404)
  expect((await gate.trigger()).status).toBe(200)
  expect((await post(path, { environment: 'production', agent: '' })).status).toBe(303)
  expect((await gate.trigger()).status).toBe(400)
})

test('style, script and logo have addresses made of their content and may be kept for good', async () => {
  const gate = createGate()
  const html = await (await gate.request('/admin/sign-in')).text()
  const urls = [...html.matchAll(/(?:href|src)="(\/admin\/assets\/[^"]+)"/g)].map(([, url]) => url ?? '')
  expect(new Set(urls).size).toBe(3)
  for (const url of urls) {
    const asset = await gate.request(url)
    expect(asset.status).toBe(200)
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  }
  expect((await gate.request('/admin/assets/other.css')).status).toBe(404)
})

test('a session lives on while the disk takes nothing', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  await gate.clock.advance(5 * 60_000)
  gate.database.sqlite.run('PRAGMA query_only = ON')
  expect((await visit('/admin/agencies')).status).toBe(200)
})
