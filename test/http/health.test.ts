import { expect, test } from 'bun:test'
import { createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'

test('healthy means that the process answers, ready that the disk takes writes too, by GET, HEAD and OPTIONS', async () => {
  const gate = createGate()
  const ask = async (method: string, path: string) => (await gate.request(path, { method })).status
  expect(await (await gate.request('/healthz')).json()).toEqual({ status: 'ok' })
  expect(await (await gate.request('/readyz')).json()).toEqual({
    status: 'ready',
    instance: gate.services.instance,
  })
  expect([await ask('HEAD', '/readyz'), await ask('OPTIONS', '/readyz'), await ask('OPTIONS', '/')]).toEqual([
    200, 204, 204,
  ])
  gate.database.sqlite.run('PRAGMA query_only = ON')
  expect((await gate.request('/healthz')).status).toBe(200)
  await expectRefusal(await gate.request('/readyz'), 503, 'storage_unavailable')
  expect([await ask('HEAD', '/readyz'), await ask('OPTIONS', '/readyz'), await ask('OPTIONS', '/')]).toEqual([
    503, 503, 503,
  ])
  expect(await ask('OPTIONS', '/healthz')).toBe(204)
})
