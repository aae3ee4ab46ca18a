import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { temporaryDirectory } from '../support/directory.ts'
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
  await gate.clock.advance(1000)
  expect((await gate.request('/healthz')).status).toBe(200)
  await expectRefusal(await gate.request('/readyz'), 503, 'storage_unavailable')
  expect([await ask('HEAD', '/readyz'), await ask('OPTIONS', '/readyz'), await ask('OPTIONS', '/')]).toEqual([
    503, 503, 503,
  ])
  expect(await ask('OPTIONS', '/healthz')).toBe(204)
})

test('the database is asked at most once a second, however many ask, and a failure is kept as long as a success', async () => {
  const gate = createGate()
  const ask = async () => (await gate.request('/readyz')).status
  const all = async (count: number) => new Set(await Promise.all(Array.from({ length: count }, ask)))
  const spoilt = (is: 'ON' | 'OFF') => gate.database.sqlite.run(`PRAGMA query_only = ${is}`)
  expect(await all(50)).toEqual(new Set([200]))
  spoilt('ON')
  await gate.clock.advance(999)
  expect(await all(50)).toEqual(new Set([200]))
  await gate.clock.advance(1)
  expect(await all(50)).toEqual(new Set([503]))
  spoilt('OFF')
  await gate.clock.advance(999)
  expect(await all(50)).toEqual(new Set([503]))
  await gate.clock.advance(1)
  expect(await all(50)).toEqual(new Set([200]))
})

test('a database that another process has locked is not waited for, and later waits are as long as before', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'callgate.db')
  const gate = createGate({ path })
  const { sqlite } = gate.database
  const patienceMs = 60_000
  sqlite.run(`PRAGMA busy_timeout = ${patienceMs}`)
  using other = new Database(path)
  other.run('BEGIN IMMEDIATE')
  // A wait would outlast this test.
  await expectRefusal(await gate.request('/readyz'), 503, 'storage_unavailable')
  expect(sqlite.query('PRAGMA busy_timeout').get()).toEqual({ timeout: patienceMs })
  other.run('ROLLBACK')
  await gate.clock.advance(1000)
  expect((await gate.request('/readyz')).status).toBe(200)
})
