import { expect, test } from 'bun:test'
import { createGate, type Gate } from '../../support/gate.ts'
import { createOperator, enter, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
const dayMs = 86_400_000
const usagePath = (gate: Gate) => `/admin/agencies/${gate.agency.id}/usage`
const apiPath = (gate: Gate) => `/admin/agencies/${gate.agency.id}/integrations/api`
const ask = (gate: Gate, key = gate.key, userAgent = 'curl/8') =>
  gate.authorized('/api/v1/key', { headers: { 'user-agent': userAgent } }, key)

test('the usage page tells what was granted and refused, and why, before it is written and after', async () => {
  const gate = createGate({ requestsPerMinute: 2 })
  const { visit } = await createOperator(gate)
  await ask(gate)
  await gate.trigger('07')
  const refused = await ask(gate)
  for (const flush of [() => {}, () => atOnce(gate.services.usage.flush())]) {
    flush()
    for (const [range, title] of [
      ['hour', 'Requests per minute in production, last hour'],
      ['day', 'Requests per hour in production, last 24 hours'],
      ['week', 'Requests per six hours in production, last 7 days'],
      ['month', 'Requests per day in production, last 30 days'],
    ]) {
      const text = await textOf(await visit(`${usagePath(gate)}?range=${range}`))
      expect(text).toContain(title ?? '')
      expect(text).toContain(
        '2 allowed, 1 rejected; at most 3 at a time. Rejected by reason: The rate limit was exceeded: 1.',
      )
      expect(text).toContain(': 2 allowed, 1 rejected')
      expect(text).toMatch(/(?:12:00|12:00–13:00|12:00–18:00|Thu 15 Jan) 2 1 1/)
      expect(text).toContain('Calls in progress 1 of 10')
      expect(text).toContain('The rate limit was exceeded 1 1')
      expect(text).toContain(`2 of 2 1 of 10 ${refused.headers.get('x-request-id')}`)
    }
    const calls = await textOf(await visit(`${usagePath(gate)}?chart=calls`))
    expect(calls).toContain('Concurrent calls in production, last hour, against the limit')
    expect(calls).toContain('At most 1 of 10, the dashed line.')
    expect(calls).toContain('12:00: at most 1 of 10 concurrent calls')
  }
})

test('a refused request is found by its X-Request-Id', async () => {
  const gate = createGate({ requestsPerMinute: 1 })
  const { visit } = await createOperator(gate)
  await ask(gate)
  const ids: string[] = []
  for (let sent = 0; sent < 30; sent++) ids.push((await ask(gate)).headers.get('x-request-id') ?? '')
  const shown = async (query = '') => {
    const html = await (await visit(`${usagePath(gate)}${query}`)).text()
    return ids.filter((id) => html.includes(`<code>${id}</code>`))
  }
  expect(await shown()).toHaveLength(10)
  expect(await shown(`?request=%20${ids[3]}%20`)).toEqual([ids[3] ?? ''])
  expect(await textOf(await visit(`${usagePath(gate)}?request=unknown`))).toContain(
    'None of the last 200 rejected requests in production has this ID.',
  )
  const mirrored = await (await visit(`${usagePath(gate)}?request=${encodeURIComponent(hostile)}`)).text()
  expect(mirrored).not.toMatch(/<script>|<img/)
})

test('the numbers of the window and the slots can be had alone', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  atOnce(gate.services.environments.setLimits(gate.production.id, { concurrentCalls: 25 }))
  await gate.trigger('07')
  const text = await textOf(await visit(`${usagePath(gate)}/live`))
  expect(text.trim()).toStartWith(
    'Requests in the last 60 seconds 1 of 100 Calls in progress 1 of 25 Requests in the last 60 seconds 0 of 100 Calls in progress 0 of 10',
  )
  expect(text).toContain('12:00: 1 allowed, 0 rejected')
})

test('what a page fetches by itself keeps nobody signed in', async () => {
  const gate = createGate()
  const { cookie, visit } = await createOperator(gate)
  const refresh = () => gate.request(`${usagePath(gate)}/live`, { headers: { cookie, 'x-refresh': '1' } })
  for (let minute = 0; minute < 29; minute++) {
    await gate.clock.advance(60_000)
    expect((await refresh()).status).toBe(200)
  }
  await gate.clock.advance(60_000)
  expect((await refresh()).status).toBe(303)
  expect((await visit(usagePath(gate))).status).toBe(303)
})

test('unusual use is said in words', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const old = gate.key
  gate.issue()
  for (let sent = 0; sent < 20; sent++) await ask(gate, old)
  expect(await textOf(await visit(usagePath(gate)))).toContain(
    '20 requests in the last hour used a key that was replaced.',
  )
})

test('before a rotation the page tells who used the key, and calls no name but as text', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  await ask(gate, gate.key, 'python-requests/2.31')
  await ask(gate, gate.key, hostile)
  await gate.trigger('07')
  await gate.clock.advance(3 * 60_000)
  const response = await visit(`${apiPath(gate)}/production/rotate`)
  const html = await response.clone().text()
  expect(html).not.toMatch(/<script>|<img/)
  expect(html).toContain('&lt;script>')
  const text = await textOf(response)
  expect(text).toContain('Last used 3 minutes ago Active calls 1; they continue')
  expect(text).toContain('unknown python-requests 1 3 minutes ago 3 minutes ago')
})

test('an old key that is still in use is told of until nothing has used it for 24 hours', async () => {
  const gate = createGate()
  await ask(gate, gate.key, 'crm/1')
  await ask(gate, gate.key, 'crm/1')
  gate.issue()
  // Each look is another person's: a session of hours ago has ended.
  const text = async () =>
    textOf(
      await gate.request(apiPath(gate), { headers: { cookie: enter(gate, { role: 'operator' }).cookie } }),
    )
  expect(await text()).toContain(`Nothing has used the old key …${gate.key.slice(-4)} since it was replaced`)

  await gate.clock.advance(2 * 60 * 60_000)
  for (let sent = 0; sent < 3; sent++) await ask(gate, gate.key, 'crm/1')
  for (const flush of [() => {}, () => atOnce(gate.services.usage.flush())]) {
    flush()
    const shown = await text()
    expect(shown).toContain('Old key still in use')
    expect(shown).toContain(
      'was replaced 2 hours ago. Since then 3 requests still used it, most recently just now',
    )
    expect(shown).toContain('unknown crm 3 just now')
    expect(shown).not.toContain('Nothing has used the old key')
  }
  await gate.clock.advance(dayMs - 1)
  expect(await text()).toContain('Old key still in use')
  await gate.clock.advance(1)
  const quiet = await text()
  expect(quiet).not.toContain('Old key still in use')
  expect(quiet).not.toContain('Nothing has used the old key')
})

test('a key older than 90 days is due, on its card and in the list of agencies', async () => {
  const gate = createGate()
  await gate.clock.advance(90 * dayMs)
  const { visit } = await createOperator(gate)
  const due = async () => [
    (await textOf(await visit(apiPath(gate)))).includes('This key is 90 days old.'),
    (await (await visit('/admin/agencies')).text()).includes('API key older than 90 days'),
  ]
  expect(await due()).toEqual([false, false])
  await gate.clock.advance(1)
  expect(await due()).toEqual([true, true])
  gate.issue()
  expect(await due()).toEqual([false, false])
})

test('a key that was seen in a URL asks for its rotation, with the way there', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  const html = await (await visit(apiPath(gate))).text()
  expect(html).toContain(`href="${apiPath(gate)}/production/rotate">Rotate now`)
})

test.each([
  'range=year&environment=test&chart=x&at=y',
  'at=2026-99-99T99:99Z',
  'request=a&request=b',
  'request={"a":1}',
  'request=[1]',
  'request=a,b',
  'request=%ff',
])('whatever the request that is looked for is, the page is shown: %s', async (query) => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  expect((await visit(`${usagePath(gate)}?${query}`)).status).toBe(200)
})
