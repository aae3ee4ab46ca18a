import { expect, test } from 'bun:test'
import { createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'

test('healthy means that the process answers, ready that the disk takes writes too', async () => {
  const gate = createGate()
  expect(await (await gate.request('/healthz')).json()).toEqual({ status: 'ok' })
  expect(await (await gate.request('/readyz')).json()).toEqual({
    status: 'ready',
    instance: gate.services.instance,
  })
  gate.database.sqlite.run('PRAGMA query_only = ON')
  expect((await gate.request('/healthz')).status).toBe(200)
  await expectRefusal(await gate.request('/readyz'), 503, 'storage_unavailable')
})
