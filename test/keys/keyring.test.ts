import { expect, test } from 'bun:test'
import { issueKey } from '../../src/keys/issue.ts'
import { Keyring, type KeyInEnvironment, type KeyringStore } from '../../src/keys/keyring.ts'
import { mintToken, tokenHash, tokenLast4 } from '../../src/keys/token.ts'
import { createStores } from '../../src/storage/stores.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

/** A gate on a file, and the stores of another connection to it, as the command line has them. */
const gateAndNeighbour = (path: string) => {
  const gate = createGate({ path })
  const database = openDatabase(path)
  const close = () => {
    database.close()
    gate.database.close()
  }
  return { gate, other: createStores(database, testSecret), sqlite: database.sqlite, close }
}

test('finds a key by its token, with its environment', () => {
  const { services, key, production, agency, agent } = createGate()
  expect(services.keyring.find(key)).toMatchObject({
    last4: key.slice(-4),
    replacedAt: null,
    environment: {
      id: production.id,
      agencyId: agency.id,
      agencyName: 'Acme',
      plan: 'agency',
      name: 'production',
      dialsReal: true,
      accessDisabledBy: null,
      defaultAgentId: agent.id,
    },
  })
})

test('does not know a token that was never issued, nor a hash as if it were one', () => {
  const { services, key } = createGate()
  expect(services.keyring.find(mintToken())).toBeUndefined()
  expect(services.keyring.find(tokenHash(key))).toBeUndefined()
})

test('never has the old key live after a rotation, and remembers when it was replaced', async () => {
  const { services, key, clock, issue } = createGate()
  services.keyring.find(key)
  await clock.advance(1000)
  const fresh = issue()
  expect(services.keyring.find(key)?.replacedAt).toBe(clock.now())
  expect(services.keyring.find(fresh)?.replacedAt).toBeNull()
  await clock.advance(1000)
  issue()
  expect(services.keyring.find(key)?.replacedAt).toBe(clock.now() - 1000)
  expect(services.keyring.find(fresh)?.replacedAt).toBe(clock.now())
})

test('sees a switch, a plan and a default agent on the very next look-up', () => {
  const { services, key, production, agency } = createGate()
  const environment = () => services.keyring.find(key)?.environment
  atOnce(services.environments.disableAccess(production.id, 'admin'))
  expect(environment()?.accessDisabledBy).toBe('admin')
  atOnce(services.environments.enableAccess(production.id))
  expect(environment()?.accessDisabledBy).toBeNull()
  atOnce(services.agencies.setPlan(agency.id, 'starter'))
  expect(environment()?.plan).toBe('starter')
  atOnce(services.environments.setDefaultAgent(production.id, null))
  expect(environment()?.defaultAgentId).toBeNull()
})

test('sees what another connection to the same file has committed as soon as the watcher looks', () => {
  using directory = temporaryDirectory()
  const { gate, other, close } = gateAndNeighbour(directory.database)
  const { keyring, watcher } = gate.services
  const findAfterALook = (token: string) => {
    watcher.look()
    return keyring.find(token)
  }
  expect(keyring.find(gate.key)?.replacedAt).toBeNull()

  const { token } = atOnce(issueKey(other.keys, gate.production.id, 5))
  expect(findAfterALook(gate.key)?.replacedAt).toBe(5)
  expect(keyring.find(token)?.replacedAt).toBeNull()
  atOnce(other.environments.disableAccess(gate.production.id, 'admin'))
  expect(findAfterALook(token)?.environment.accessDisabledBy).toBe('admin')
  atOnce(other.agencies.setPlan(gate.agency.id, 'growth'))
  expect(findAfterALook(token)?.environment.plan).toBe('growth')
  close()
})

test('sees what was written past the stores, without a revision, as soon as the watcher looks', () => {
  using directory = temporaryDirectory()
  const { gate, sqlite, close } = gateAndNeighbour(directory.database)
  const { keyring, watcher } = gate.services
  const admitted = keyring.find(gate.key)?.environment
  sqlite.run("update environments set access_disabled_by = 'admin'")
  expect(keyring.find(gate.key)?.environment.accessDisabledBy).toBeNull()
  watcher.look()
  expect(keyring.find(gate.key)?.environment.accessDisabledBy).toBe('admin')
  // A request that was admitted before has the same environment, and goes on with what it is now.
  expect(admitted?.accessDisabledBy).toBe('admin')
  close()
})

test('sees changes of both connections in any order', () => {
  using directory = temporaryDirectory()
  const { gate, other, close } = gateAndNeighbour(directory.database)
  let live = gate.key
  for (let round = 1; round <= 50; round++) {
    const store = round % 2 === 0 ? gate.services.keys : other.keys
    const { token } = atOnce(issueKey(store, gate.production.id, round))
    gate.services.watcher.look()
    expect(gate.services.keyring.find(live)?.replacedAt).toBe(round)
    expect(gate.services.keyring.find(token)?.replacedAt).toBeNull()
    live = token
  }
  close()
})

test('leaves no instant with two live keys: a second one is refused by the database itself', () => {
  const { database, production } = createGate()
  const insert = () =>
    database.sqlite.run(
      'insert into keys (id, environment_id, hash, last4, created_at) values (?, ?, ?, ?, ?)',
      ['second', production.id, tokenHash('second'), 'cond', 0],
    )
  expect(insert).toThrow(/UNIQUE constraint failed/)
  database.sqlite.run('update keys set replaced_at = 1')
  expect(insert).not.toThrow()
})

test('keeps the old key when the rotation could not be stored', () => {
  const { database, services, key, issue } = createGate()
  database.sqlite.run('PRAGMA query_only = ON')
  expect(issue).toThrow()
  expect(services.keyring.find(key)?.replacedAt).toBeNull()
  database.sqlite.run('PRAGMA query_only = OFF')
  const fresh = issue()
  expect(services.keyring.find(key)?.replacedAt).not.toBeNull()
  expect(services.keyring.find(fresh)?.replacedAt).toBeNull()
})

test('keeps nothing of a token but its hash and last four characters', () => {
  const { database, key } = createGate()
  const rows = database.sqlite.query<Record<string, unknown>, []>('select * from keys').all()
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ hash: tokenHash(key), last4: tokenLast4(key) })
  expect(JSON.stringify(rows)).not.toContain(key.slice(8, 40))
})

test('after a load that failed, never answers from before: the next look-up loads', () => {
  const token = mintToken()
  const keyAt = (replacedAt: number | null): KeyInEnvironment => ({
    id: 'key',
    hash: tokenHash(token),
    last4: tokenLast4(token),
    createdAt: 0,
    replacedAt,
    exposedAt: null,
    environment: {
      id: 'environment',
      agencyId: 'agency',
      agencyName: 'Acme',
      plan: 'agency',
      suspendedAt: null,
      name: 'production',
      dialsReal: true,
      accessDisabledBy: null,
      defaultAgentId: null,
      requestsPerMinute: null,
      concurrentCalls: null,
    },
  })
  const changes = { admission: 0, foreign: 0 }
  let load = () => keyAt(null)
  const store: KeyringStore = {
    changes,
    newestRevision: () => 1,
    hashes: () => [load().hash],
    keysSince: () => [load()],
    withoutKeysSince: () => [],
    findByHash: () => load(),
  }
  const ring = new Keyring(store)
  expect(ring.find(token)?.replacedAt).toBeNull()

  changes.admission++
  load = () => {
    throw new Error('disk I/O error')
  }
  expect(() => ring.find(token)).toThrow('disk I/O error')
  expect(() => ring.find(token)).toThrow('disk I/O error')
  load = () => keyAt(7)
  expect(ring.find(token)?.replacedAt).toBe(7)
})
