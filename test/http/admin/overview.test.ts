import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { createHealthy, withFactor } from '../../support/healthy.ts'
import { enter, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

test('an agency’s admin sees what is wrong in their own agency, and nothing of another or of the gate', async () => {
  const { gate, visit } = createHealthy()
  const { agencies, environments, people } = gate.services
  const other = atOnce(agencies.create('Other', 'agency', gate.clock.now()))
  const foreign = atOnce(environments.find(other.id, 'production'))
  const foreignKey = gate.issue(foreign?.id)
  atOnce(people.setFactorAudience('nobody'))
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  await gate.authorized('/api/v1/key', {}, foreignKey)
  const own = withFactor(gate, enter(gate, { agencyId: gate.agency.id }))
  const { cookie } = withFactor(gate, enter(gate, { agencyId: other.id }))
  const text = await textOf(await visit(`/admin/agencies/${gate.agency.id}`, own.cookie))
  expect(text).toContain('was sent in a URL')
  expect(text).not.toContain('no default agent')
  expect(text).not.toContain('No one is required to')
  const theirs = await textOf(await visit(`/admin/agencies/${other.id}`, cookie))
  expect(theirs).toContain('no default agent')
  expect(theirs).not.toContain('was sent in a URL')
  expect((await visit('/admin', cookie)).headers.get('location')).toBe(`/admin/agencies/${other.id}`)
})

test('the first page counts today’s calls and requests of all agencies, before they are written and after', async () => {
  const gate = createGate({ requestsPerMinute: 3 })
  const { cookie } = enter(gate, { role: 'operator' })
  const { agencies, agents, environments } = gate.services
  const other = atOnce(agencies.create('Other', 'agency', gate.clock.now()))
  const agent = atOnce(agents.create(other.id, { name: 'Ben', provider: 'simulator' }, gate.clock.now()))
  const production = atOnce(environments.find(other.id, 'production'))
  atOnce(environments.setDefaultAgent(production?.id ?? '', agent.id))
  const otherKey = gate.issue(production?.id)
  for (const scenario of ['00', '01', '07']) await gate.trigger(scenario)
  await gate.trigger('00', otherKey)
  await gate.trigger('00')
  const before = await textOf(await gate.request('/admin', { headers: { cookie } }))
  expect(before).toContain('Answered – ')
  await gate.clock.advance(59_000)
  for (const flush of [() => {}, () => atOnce(gate.services.usage.flush())]) {
    flush()
    const text = await textOf(await gate.request('/admin', { headers: { cookie } }))
    expect(text).toContain('Calls 4 0 by this time last week')
    expect(text).toContain('Answered 67 %')
    expect(text).toContain('Requests allowed 4')
    expect(text).toContain('Requests limited 1')
    expect(text).toContain('Calls in progress 1 At most 4 at once today, 0 by this time last week')
    expect(text).toContain('Agency Calls Acme Production 3 Other Production 1')
  }
  const home = await textOf(await gate.request(`/admin/agencies/${gate.agency.id}`, { headers: { cookie } }))
  expect(home).toContain('Calls 3 0 by this time last week')
  expect(home).toContain('Calls in progress 1 of 20')
})

test('the steps of a new agency are done one after the other where they stand', async () => {
  const gate = createGate()
  const { cookie } = enter(gate, { role: 'operator' })
  const { id } = atOnce(gate.services.agencies.create('Fresh', 'agency', gate.clock.now()))
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
  atOnce(
    gate.services.accounts.save(
      { agencyId: id, provider: 'vapi', baseUrl: null, credentials },
      gate.clock.now(),
    ),
  )
  await send('/integrations/api/staging/key', {})
  expect(await states()).toEqual(['done', 'done', 'done', 'next', 'later'])
  await send('/integrations/api/staging/test-call', { scenario: '00' })
  expect(await states()).toEqual(['done', 'done', 'done', 'done', 'next'])
  await send('/integrations/api/production/webhook', { url: 'http://127.0.0.1:9/hook' })
  expect(await states()).toEqual([])
  expect(await page()).not.toContain('Set up this agency')
})
