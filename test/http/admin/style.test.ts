import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { createOperator } from '../../support/page.ts'

test('the page of all parts shows each state, and takes nobody but operators', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const html = await (await visit('/admin/style')).text()
  for (const part of ['notice flash', 'notice error', 'tag status busy', 'role="switch"', 'class="question"'])
    expect(html).toContain(part)
  expect((await gate.request('/admin/style', { redirect: 'manual' })).status).toBe(303)
})
