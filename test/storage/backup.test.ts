import { expect, test } from 'bun:test'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { issueKey } from '../../src/keys/issue.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createStores } from '../../src/storage/stores.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const silent = () => {}
const dirOf = (path: string) => new DataDir({ dataDir: path, secret: null })

/** A data directory with one call in it, left as a stopped server leaves it. */
const filled = async (path: string) => {
  const gate = createGate({ path: join(path, 'callgate.db') })
  const { call_id } = (await (await gate.trigger('07')).json()) as { call_id: string }
  return { gate, callId: call_id }
}

test('a backup is a whole database, for its owner alone, taken while another connection writes', async () => {
  using directory = temporaryDirectory()
  const { gate, callId } = await filled(directory.path)
  const file = join(directory.path, 'copy.db')
  const summary = dirOf(directory.path).backUp(file, silent)
  expect(summary).toMatchObject({ agencies: 1, calls: 1, sealed: true })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(directory.path).filter((name) => name.startsWith('copy'))).toEqual(['copy.db'])
  const copy = openDatabase(file)
  expect(copy.sqlite.query('select id from calls').values()).toEqual([[callId]])
  copy.close()
  gate.database.close()
})

test('a backup of what a killed server left holds what is only in the log', async () => {
  using directory = temporaryDirectory()
  using left = temporaryDirectory()
  const { gate, callId } = await filled(directory.path)
  for (const suffix of ['', '-wal'])
    copyFileSync(`${directory.database}${suffix}`, `${left.database}${suffix}`)
  gate.database.close()
  expect(dirOf(left.path).inspect().database).toMatchObject({ flaw: null, journalMode: 'wal' })
  const file = join(left.path, 'copy.db')
  expect(dirOf(left.path).backUp(file, silent)).toMatchObject({ calls: 1 })
  const copy = openDatabase(file)
  expect(copy.sqlite.query('select id from calls').values()).toEqual([[callId]])
  copy.close()
})

test('a backup never overwrites a file', async () => {
  using directory = temporaryDirectory()
  const { gate } = await filled(directory.path)
  const file = join(directory.path, 'copy.db')
  writeFileSync(file, 'dear')
  expect(() => dirOf(directory.path).backUp(file, silent)).toThrow(
    `${file} is there already, and is not overwritten.`,
  )
  expect(readFileSync(file, 'utf8')).toBe('dear')
  gate.database.close()
})

test('a restore gives back every row, and never sends an order that the lost server may have sent', async () => {
  using source = temporaryDirectory()
  using target = temporaryDirectory()
  const { gate, callId } = await filled(source.path)
  gate.database.sqlite.run("update calls set dispatch = 'pending', sent_at = null")
  const file = join(source.path, 'copy.db')
  dirOf(source.path).backUp(file, silent)
  gate.database.close()

  const dir = dirOf(join(target.path, 'data'))
  expect(dir.restore(file, silent)).toMatchObject({ agencies: 1, calls: 1 })
  expect(readdirSync(dir.path).filter((name) => name.startsWith('callgate'))).toEqual(['callgate.db'])
  expect(statSync(join(dir.path, 'callgate.db')).mode & 0o777).toBe(0o600)
  const database = dir.openDatabase()
  expect(database.sqlite.query('select id, dispatch from calls').values()).toEqual([[callId, 'unknown']])
  database.close()
})

test.each(['callgate.db', 'callgate.db-wal'])('a restore never overwrites %s', async (name) => {
  using source = temporaryDirectory()
  using target = temporaryDirectory()
  const { gate } = await filled(source.path)
  const file = join(source.path, 'copy.db')
  dirOf(source.path).backUp(file, silent)
  gate.database.close()
  writeFileSync(join(target.path, name), 'dear')
  expect(() => dirOf(target.path).restore(file, silent)).toThrow('is there already, and is not overwritten.')
  expect(readFileSync(join(target.path, name), 'utf8')).toBe('dear')
})

test('a restore waits for no server: it is refused while one runs', async () => {
  using source = temporaryDirectory()
  using target = temporaryDirectory()
  const held = dirOf(target.path).lock()
  expect(() => dirOf(target.path).restore(join(source.path, 'copy.db'), silent)).toThrow('Stop it first.')
  held?.unlock()
})

test.each<[string, (file: string) => void, string]>([
  ['nothing', () => {}, 'There is no file'],
  ['no database', (file) => writeFileSync(file, 'x'.repeat(5000)), 'It is damaged, or is not a database'],
  ['an empty file', (file) => writeFileSync(file, ''), 'It is not a callgate database.'],
  ['a damaged database', (file) => damage(file), 'It is damaged'],
  ['one with an index that lacks rows', (file) => misindex(whole(file)), 'It is damaged'],
  ['one with a row that points to nothing', (file) => orphan(whole(file)), 'a row of keys points to nothing'],
  ['a database in use', (file) => writeFileSync(`${whole(file)}-wal`, 'x'), 'is a database in use'],
  ['one of a newer callgate', (file) => fromTheFuture(whole(file)), 'written by a newer version of callgate'],
])('a restore of %s is refused and leaves nothing', (_, make, sentence) => {
  using source = temporaryDirectory()
  using target = temporaryDirectory()
  const file = join(source.path, 'copy.db')
  make(file)
  expect(() => dirOf(target.path).restore(file, silent)).toThrow(sentence)
  expect(existsSync(join(target.path, 'callgate.db'))).toBe(false)
  expect(readdirSync(target.path).filter((name) => name.includes('part'))).toEqual([])
})

test('a directory that takes no file is refused with a sentence', async () => {
  using directory = temporaryDirectory()
  const { gate } = await filled(directory.path)
  expect(() => dirOf(directory.path).backUp(join(directory.path, 'none', 'copy.db'), silent)).toThrow(
    `There is no directory ${join(directory.path, 'none')}.`,
  )
  gate.database.close()
})

test('a server never makes a new secret beside a database that the lost one seals', () => {
  using directory = temporaryDirectory()
  const dir = dirOf(directory.path)
  const database = dir.openDatabase()
  const secret = dir.secret()
  rmSync(join(directory.path, 'secret'))
  expect(dir.secret()).not.toBe(secret)
  createStores(database, dir.secret())
  rmSync(join(directory.path, 'secret'))
  expect(() => dir.secret()).toThrow('The secret that decrypts the stored credentials is missing.')
  expect(readdirSync(directory.path)).not.toContain('secret')
  database.close()
})

const whole = (file: string) => {
  const database = openDatabase(file)
  database.sqlite.run('PRAGMA journal_mode = DELETE')
  database.close()
  chmodSync(file, 0o600)
  return file
}

const damage = (file: string) => {
  const bytes = readFileSync(whole(file))
  bytes.fill(0xff, 4096 * 3, 4096 * 6)
  writeFileSync(file, bytes)
}

/** Spoils one index: whoever only reads and counts rows finds nothing wrong. */
const misindex = (file: string) => {
  const database = openDatabase(file)
  const { agencies, environments, keys } = createStores(database, 'a secret for tests, of 32 or more')
  const { id: agencyId } = atOnce(agencies.create('Acme', 'agency', 1))
  const { key } = atOnce(issueKey(keys, atOnce(environments.find(agencyId, 'production'))?.id ?? '', 1))
  database.sqlite.run('PRAGMA journal_mode = DELETE')
  database.close()
  const bytes = readFileSync(file)
  const [first, last] = [bytes.indexOf(key.hash), bytes.lastIndexOf(key.hash)]
  expect(first).not.toBe(last)
  bytes.write('0'.repeat(key.hash.length), last)
  writeFileSync(file, bytes)
}

const orphan = (file: string) => {
  const database = openDatabase(file)
  database.sqlite.run('PRAGMA foreign_keys = OFF')
  database.sqlite.run(
    "insert into keys (id, environment_id, hash, last4, created_at) values ('k', 'nowhere', 'h', '0000', 1)",
  )
  database.sqlite.run('PRAGMA journal_mode = DELETE')
  database.close()
}

const fromTheFuture = (file: string) => {
  const database = openDatabase(file)
  database.sqlite.run("insert into __drizzle_migrations (hash, created_at) values ('later', 9999999999999)")
  database.sqlite.run('PRAGMA journal_mode = DELETE')
  database.close()
}
