import { expect, test } from 'bun:test'
import { Database as Sqlite } from 'bun:sqlite'
import { join } from 'node:path'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createStores } from '../../src/storage/stores.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

/** A gate on a file that is watched, what it warns of, and another process's connection to the file. */
const watched = () => {
  const directory = temporaryDirectory()
  const warnings: string[] = []
  const gate = createGate({
    path: directory.database,
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
  })
  const other = openDatabase(directory.database)
  gate.services.watcher.start()
  return {
    gate,
    path: directory.path,
    warnings,
    other: { ...createStores(other, testSecret), sqlite: other.sqlite },
    aSecondLater: () => gate.clock.advance(1000),
    [Symbol.dispose]: () => {
      gate.services.watcher.stop()
      other.close()
      gate.database.close()
      directory[Symbol.dispose]()
    },
  }
}

const warning = 'the database was changed by another process: what was in memory is loaded again'

test('what another process has written holds within a second, and is warned of once', async () => {
  using place = watched()
  const { gate, other, warnings, aSecondLater } = place
  const { agency, agent, production, services } = gate
  const given = { agencyId: agency.id, provider: 'vapi', baseUrl: null }
  const account = atOnce(services.accounts.save({ ...given, credentials: { api_key: 'before' } }, 1))
  listen(gate, 'http://127.0.0.1:9/before')
  const look = () => ({
    plan: services.keyring.find(gate.key)?.environment.plan,
    agent: atOnce(services.agents.find(agent.id))?.name,
    endpoint: atOnce(services.webhooks.find(production.id))?.url,
    account: atOnce(services.accounts.find(account.id))?.baseUrl,
    bland: atOnce(services.accounts.idOf(agency.id, 'bland')) !== undefined,
  })
  const before = {
    plan: 'agency',
    agent: 'Ann',
    endpoint: 'http://127.0.0.1:9/before',
    account: null,
    bland: false,
  } as const
  expect(look()).toEqual(before)

  atOnce(other.agencies.setPlan(agency.id, 'growth'))
  atOnce(other.agents.change(agent.id, { name: 'Bea', provider: 'simulator', ref: null, fromNumber: null }))
  atOnce(other.webhooks.save(production.id, 'http://127.0.0.1:9/after', 'whsec_after', 2))
  const credentials = { api_key: 'after' }
  atOnce(other.accounts.save({ ...given, baseUrl: 'https://after.example', credentials }, 2))
  atOnce(other.accounts.save({ ...given, provider: 'bland', credentials }, 2))
  expect(look()).toEqual(before)
  await aSecondLater()
  expect(look()).toEqual({
    plan: 'growth',
    agent: 'Bea',
    endpoint: 'http://127.0.0.1:9/after',
    account: 'https://after.example',
    bland: true,
  })
  expect(warnings).toEqual([warning])
  await gate.clock.advance(10_000)
  expect(warnings).toEqual([warning])
})

test('a slot is given back when another process ends its call, and taken when it writes one', async () => {
  using place = watched()
  const { gate, other, aSecondLater } = place
  const { leases, calls } = gate.services
  const ended = undispatched(gate)
  const stays = undispatched(gate)
  const call = ended.now()
  other.sqlite.run("update calls set status = 'failed', ended_at = 1 where id = ?", [ended.id])
  atOnce(other.calls.insert({ ...call, id: Bun.randomUUIDv7() }))
  atOnce(other.calls.insert({ ...call, id: Bun.randomUUIDv7() }))
  await aSecondLater()
  expect(leases.count(gate.production.id)).toBe(3)
  expect(atOnce(calls.find(ended.id))?.status).toBe('failed')
  expect(atOnce(calls.find(stays.id))?.status).toBe('initiated')
})

test('a transaction has seen what others committed before it changes anything, and that is warned of too', async () => {
  using place = watched()
  const { gate, other, warnings, aSecondLater } = place
  const call = undispatched(gate)
  expect(call.now().email).toBeNull()
  other.sqlite.run("update calls set email = 'jane@example.com' where id = ?", [call.id])
  await gate.services.lifecycle.record(call.id, { type: 'ringing', at: gate.clock.now() })
  expect(call.now()).toMatchObject({ status: 'ringing', email: 'jane@example.com' })
  await aSecondLater()
  expect(warnings).toEqual([warning])
})

test('its own commits, a backup, a reader and who only looked whether it may write are nothing to warn of', async () => {
  using place = watched()
  const { gate, other, path, warnings, aSecondLater } = place
  gate.issue()
  await gate.trigger()
  new DataDir({ dataDir: path, secret: testSecret }).backUp(join(path, 'copy.db'), () => {})
  const reader = new Sqlite(join(path, 'callgate.db'), { readonly: true })
  reader.query('select count(*) from calls').get()
  reader.close()
  openDatabase(join(path, 'callgate.db')).close()
  other.sqlite.run('BEGIN IMMEDIATE')
  other.sqlite.run('ROLLBACK')
  await aSecondLater()
  expect(warnings).toEqual([])
})

test('Litestream writes into tables of its own, which is nothing to warn of', async () => {
  using place = watched()
  const { gate, other, warnings, aSecondLater } = place
  // As its db.go has them.
  other.sqlite.run('CREATE TABLE IF NOT EXISTS _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)')
  other.sqlite.run('CREATE TABLE IF NOT EXISTS _litestream_lock (id INTEGER)')
  for (let checkpoint = 0; checkpoint < 3; checkpoint++) {
    other.sqlite.run(
      'INSERT INTO _litestream_seq (id, seq) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET seq = seq + 1',
    )
    await aSecondLater()
  }
  expect(warnings).toEqual([])
  atOnce(other.environments.disableAccess(gate.production.id, 'admin'))
  await aSecondLater()
  expect(warnings).toEqual([warning])
  expect((await gate.authorized('/api/v1/key')).status).toBe(403)
})

test('a look that fails is warned of, and the next one sees what it would have seen', async () => {
  using place = watched()
  const { gate, other, warnings, aSecondLater } = place
  other.sqlite.run('alter table calls rename to elsewhere')
  await aSecondLater()
  expect(warnings).toEqual(['the database could not be watched for changes by others'])
  other.sqlite.run('alter table elsewhere rename to calls')
  await aSecondLater()
  expect(warnings.slice(1)).toEqual([warning])
  expect((await gate.trigger()).status).toBe(200)
})

test('a server watches from its start to its end', async () => {
  using place = watched()
  const { gate, other, warnings, aSecondLater } = place
  gate.services.watcher.stop()
  gate.services.start()
  atOnce(other.agencies.setPlan(gate.agency.id, 'growth'))
  await aSecondLater()
  expect(warnings).toEqual([warning])
  gate.services.halt()
  atOnce(other.agencies.setPlan(gate.agency.id, 'agency'))
  await aSecondLater()
  expect(warnings).toEqual([warning])
})
