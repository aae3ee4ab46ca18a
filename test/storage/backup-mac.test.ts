import { expect, test } from 'bun:test'
import { Database } from 'bun:sqlite'
import { appendFileSync, copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { takeMac } from '../../src/storage/backup-mac.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { allowSetup, enter, linkTo } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

const silent = () => {}
const other = 'quite another secret, 32 or more'

/** A backup of a gate with a session, an invitation and a setup link; and a way to restore what became of it. */
const backedUp = async () => {
  const source = temporaryDirectory()
  const gate = createGate({ path: source.database })
  enter(gate, { agencyId: gate.agency.id })
  atOnce(gate.services.invitations.add(linkTo({ hash: 'x', createdAt: gate.clock.now() })))
  allowSetup(gate)
  const file = join(source.path, 'copy.db')
  new DataDir({ dataDir: source.path, secret: testSecret }).backUp(file, silent)
  gate.database.close()
  const restored = <T>(secret: string | null, read: (place: { path: string; isVerified: boolean }) => T) => {
    using target = temporaryDirectory()
    const { isVerified } = new DataDir({ dataDir: target.path, secret }).restore(file, silent)
    return read({ path: target.database, isVerified })
  }
  return {
    file,
    restored,
    restoredFor: (secret: string | null) => restored(secret, ({ isVerified }) => isVerified),
    [Symbol.dispose]: () => source[Symbol.dispose](),
  }
}

test('a backup is verified with its secret, and cannot be with another one or without one', async () => {
  using backup = await backedUp()
  expect(backup.restoredFor(testSecret)).toBe(true)
  expect(backup.restoredFor(other)).toBe(false)
  expect(backup.restoredFor(null)).toBe(false)
})

test('a backup opens like any database, and a copy made in another way is restored unverified', async () => {
  using backup = await backedUp()
  using database = new Database(backup.file, { readonly: true })
  expect(database.query('PRAGMA integrity_check').values()).toEqual([['ok']])
  truncateSync(backup.file, Math.floor(statSync(backup.file).size / 4096) * 4096)
  expect(backup.restoredFor(testSecret)).toBe(false)
})

test('one changed bit anywhere in a backup is refused', async () => {
  using backup = await backedUp()
  const whole = readFileSync(backup.file)
  const inTrailer = [2, 5, 30, 44, 46, 60, 100].map((fromEnd) => whole.length - fromEnd)
  const places = [20, 4096 * 7 + 100, Math.floor(whole.length / 2), whole.length - 200, ...inTrailer]
  for (const at of places) {
    const changed = Buffer.from(whole)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    writeFileSync(backup.file, changed)
    // The part that says which secret it is under may say another one: then it cannot be verified here.
    const namesSecret = at >= whole.length - 88 && at < whole.length - 45
    if (namesSecret && /[\w-]/.test(String.fromCharCode(changed.readUInt8(at)))) {
      expect(backup.restoredFor(testSecret)).toBe(false)
      continue
    }
    expect(() => backup.restoredFor(testSecret)).toThrow('its MAC is wrong. Nothing was restored.')
  }
  writeFileSync(backup.file, whole)
  expect(backup.restoredFor(testSecret)).toBe(true)
})

test('a row that somebody changed with SQLite is refused, and so is the end of another backup', async () => {
  using backup = await backedUp()
  using elsewhere = await backedUp()
  const whole = readFileSync(backup.file)
  {
    using database = new Database(backup.file)
    database.run("update agencies set name = 'Changed'")
  }
  const trailer = whole.subarray(Math.floor(whole.length / 4096) * 4096)
  if (statSync(backup.file).size % 4096 === 0) appendFileSync(backup.file, trailer)
  expect(() => backup.restoredFor(testSecret)).toThrow('its MAC is wrong')
  const foreign = readFileSync(elsewhere.file)
  const end = foreign.subarray(Math.floor(foreign.length / 4096) * 4096)
  writeFileSync(backup.file, Buffer.concat([whole.subarray(0, whole.length - trailer.length), end]))
  expect(() => backup.restoredFor(testSecret)).toThrow('its MAC is wrong')
})

test('a backup with a trigger or a view that callgate does not make is refused, whatever its MAC', async () => {
  using backup = await backedUp()
  truncateSync(backup.file, Math.floor(statSync(backup.file).size / 4096) * 4096)
  const original = `${backup.file}.original`
  copyFileSync(backup.file, original)
  for (const made of [
    "trigger t after insert on calls begin update agencies set name = 'x'; end",
    'view v as select 1',
  ]) {
    copyFileSync(original, backup.file)
    using database = new Database(backup.file)
    database.run(`create ${made}`)
    database.close()
    expect(() => backup.restoredFor(testSecret)).toThrow('that callgate did not make')
  }
})

test('a database whose last row reads like a MAC is restored whole', async () => {
  using source = temporaryDirectory()
  using target = temporaryDirectory()
  const { sqlite, close } = openDatabase(source.database)
  sqlite.run('PRAGMA journal_mode = DELETE')
  close()
  const bytes = readFileSync(source.database)
  const like = Buffer.from(`\ncallgate backup ${'a'.repeat(43)} ${'b'.repeat(43)}\n`)
  const size = bytes.length
  const isVerified = takeMac(
    whole(target.path, Buffer.concat([bytes.subarray(0, size - like.length), like])),
    testSecret,
  )
  expect(isVerified).toBe('unverifiable')
  expect(statSync(join(target.path, 'copy')).size).toBe(size)
})

const whole = (directory: string, bytes: Uint8Array) => {
  const file = join(directory, 'copy')
  writeFileSync(file, bytes)
  return file
}

test('a restore ends all sessions, invitations, setup and password links, and says so', async () => {
  using backup = await backedUp()
  const left = backup.restored(testSecret, ({ path }) => {
    const { sqlite, close } = openDatabase(path)
    const rows = ['sessions', 'invitations', 'setup_tokens', 'people'].map(
      (table) => sqlite.query(`select 1 from ${table}`).values().length,
    )
    close()
    return rows
  })
  expect(left).toEqual([0, 0, 0, 1])
})

test.each([
  [testSecret, 'Verified: nobody has changed the backup'],
  [other, 'cannot be verified here'],
])(
  'restoring says what is known of the backup, and that everybody has to sign in again: %#',
  async (secret, said) => {
    using backup = await backedUp()
    using target = temporaryDirectory()
    let out = ''
    const code = await run(['restore', backup.file], {
      env: { CALLGATE_DATA_DIR: target.path, CALLGATE_SECRET: secret },
      isTerminal: false,
      out: (text) => (out += text),
      err: () => {},
    })
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(said) })
    expect(out).toContain(
      'All sessions, invitations, setup and password links in it have ended: sign in again.',
    )
  },
)
