import { describe, expect, test } from 'bun:test'
import { createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'

describe('what is not there is a 404 in JSON', () => {
  test.each([
    '/api',
    '/api/v1',
    '/api/v1/nothing',
    '/api/v2/key',
    '/api/v1/calls/trigger/more',
    '/api/v1/key#more',
    '//',
    '/%00',
  ])('%s, with a key and without', async (path) => {
    const gate = createGate()
    await expectRefusal(await gate.authorized(path), 404, 'not_found')
    await expectRefusal(await gate.request(path, { method: 'POST' }), 404, 'not_found')
  })

  test.each(['not-an-id', '1', '%00', `${'a'.repeat(5000)}`])('a call that is named %p', async (id) => {
    const gate = createGate()
    await expectRefusal(await gate.authorized(`/api/v1/calls/${id}`), 404, 'not_found')
    await expectRefusal(
      await gate.authorized(`/api/v1/calls/${id}/end`, { method: 'POST' }),
      404,
      'not_found',
    )
  })
})

test.each([
  ['GET', '/api/v1/calls/trigger', 'POST'],
  ['PUT', '/api/v1/calls/trigger', 'POST'],
  ['DELETE', '/api/v1/key', 'GET, HEAD'],
  ['POST', '/api/v1/key', 'GET, HEAD'],
  ['OPTIONS', '/api/v1/agents', 'GET, HEAD'],
  ['DELETE', `/api/v1/calls/${crypto.randomUUID()}`, 'GET, HEAD'],
  ['GET', `/api/v1/calls/${crypto.randomUUID()}/end`, 'POST'],
  ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
])('%s %s is a 405, and Allow says %s', async (method, path, allow) => {
  const gate = createGate()
  const response = await gate.authorized(path, { method })
  const { headers, sentence } = await expectRefusal(response, 405, 'method_not_allowed')
  expect(headers.get('allow')).toBe(allow)
  expect(sentence).toEndWith(`Allowed: ${allow}.`)
})

test('HEAD is answered as GET is, without the body', async () => {
  const gate = createGate()
  for (const path of ['/api/v1/key', '/api/v1/agents', '/healthz', '/readyz']) {
    const response = await gate.authorized(path, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  }
})

test('the address alone leads to the page', async () => {
  const answer = await createGate().request('/')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin'])
})
