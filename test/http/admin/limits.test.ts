import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { createOperator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

test('the operator sets an environment’s limits, sees them on its card, and takes them back', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const api = `/admin/agencies/${gate.agency.id}/integrations/api`
  expect(await textOf(await visit(api))).toContain('Limits: 100 requests per minute, 10 concurrent calls.')

  const lines = () => atOnce(gate.services.audit.list({ agency: gate.agency.id, limit: 10 }))
  const own = { requests_per_minute: '2500', concurrent_calls: '1' }
  expect((await post(`${api}/production/limits`, own)).status).toBe(303)
  expect(await textOf(await visit(api))).toContain('Limits: 2,500 requests per minute, 1 concurrent call.')
  expect(await (await visit(`${api}/production/limits`)).text()).toContain('value="2500"')

  expect(lines()[0]).toMatchObject({
    action: 'limits.changed',
    actor: 'ops@example.com',
    environment: 'production',
    target: 'requests per minute: 2500, concurrent calls: 1',
  })

  await post(`${api}/production/limits`, { requests_per_minute: '', concurrent_calls: 'default' })
  expect(gate.environment('production')).toMatchObject({ requestsPerMinute: null, concurrentCalls: null })
})

test('a refused limit keeps what was typed, says why and changes nothing', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const path = `/admin/agencies/${gate.agency.id}/integrations/api/staging/limits`
  for (const wrong of ['0', '1000001', 'many', '<b>']) {
    const refused = await post(path, { requests_per_minute: '7', concurrent_calls: wrong })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('A limit must be a whole number from 1 to 1,000,000')
    expect(html).toContain('value="7"')
    expect(html).not.toContain('<b>')
  }
  expect(gate.environment('staging')).toMatchObject({ requestsPerMinute: null, concurrentCalls: null })
})

test('an agency’s own admin has no page for limits', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  gate.database.sqlite.run('update people set role = ?, agency_id = ?', ['admin', gate.agency.id])
  const path = `/admin/agencies/${gate.agency.id}/integrations/api/production/limits`
  const refused = [await visit(path), await post(path, { requests_per_minute: '9' })]
  expect(refused.map(({ status }) => [403, 404].includes(status))).toEqual([true, true])
  expect(gate.environment('production').requestsPerMinute).toBeNull()
})
