import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { createOperator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const open = async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const create = (fields: Record<string, string>) =>
    page.post('/admin/tokens', { name: 'ci', permission: 'key.* agency.list', ...fields })
  return { ...gate, ...page, create }
}

test('a token is shown in the one answer that makes it, and then only by its last characters', async () => {
  const { create, request, visit } = await open()
  const html = await (await create({ allow_from: '10.0.0.0/8, 192.0.2.7', expires_on: '2026-03-01' })).text()
  const [token = ''] = /bvai_admin_\w{38}/.exec(html) ?? []
  const list = await (await visit('/admin/tokens')).text()
  expect(list).not.toContain(token)
  expect(list).toContain(`…${token.slice(-4)}`)
  expect(list).toContain('1 Mar 2026, 23:59 UTC')
  const response = await request('/api/admin/v1/agency.list', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  // No socket here, and so no address that could be in the list.
  expect(await response.json()).toMatchObject({ code: 'invalid_admin_token' })
})

test('a form that is refused comes back with what was typed and the reason', async () => {
  const { create } = await open()
  const response = await create({ permission: 'everything!' })
  expect(response.status).toBe(422)
  const html = await response.text()
  expect(html).toContain('value="everything!"')
  expect(html).toContain('permission must be an operation such as key.rotate')
})

test('revoking asks first, names the token, and ends it', async () => {
  const { create, post, services, visit } = await open()
  await create({})
  const [made] = atOnce(services.adminTokens.list())
  const path = `/admin/tokens/${made?.id}/revoke`
  expect(await textOf(await visit(path))).toContain('The admin token ci stops working at once.')
  expect(atOnce(services.adminTokens.list())).toHaveLength(1)
  expect((await post(path)).status).toBe(303)
  expect(atOnce(services.adminTokens.list())).toEqual([])
  expect((await visit(path)).status).toBe(404)
  expect(atOnce(services.audit.list({ limit: 2 }))).toMatchObject([
    { action: 'token.revoked', actor: 'ops@example.com', target: 'ci' },
    { action: 'token.created', actor: 'ops@example.com', target: 'ci: key.*, agency.list' },
  ])
})
