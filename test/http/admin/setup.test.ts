import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { createOperator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

test('the first overview asks for an agency, which leads to a first simulated call', async () => {
  const gate = createGate()
  for (const { id } of atOnce(gate.services.agencies.list()))
    atOnce(gate.services.agencies.remove(id, gate.clock.now()))
  const { post, visit } = await createOperator(gate)
  expect(await textOf(await visit('/admin'))).toContain('Set up callgate: step 2 of 3')

  const created = await post('/admin/setup/agency', { name: 'Acme' })
  const path = created.headers.get('location') ?? ''
  const [agency] = atOnce(gate.services.agencies.list())
  expect(path).toBe(`/admin/agencies/${agency?.id}/first-call`)
  const entries = atOnce(gate.services.audit.list({ limit: 4 })).map(({ action }) => action)
  expect(entries).toEqual([
    'default_agent.changed',
    'default_agent.changed',
    'agent.created',
    'agency.created',
  ])

  const page = await visit(path)
  expect(await textOf(page.clone())).toContain('Set up callgate: step 3 of 3')
  const [, action = ''] = /action="([^"]*test-call)"/.exec(await page.text()) ?? []
  const called = await post(action, { scenario: '00' })
  expect(await textOf(await visit(called.headers.get('location') ?? ''))).toContain('Call to')
  expect(await textOf(await visit('/admin'))).not.toContain('Set up callgate')
})
