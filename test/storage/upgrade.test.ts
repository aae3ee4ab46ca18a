import { expect, test } from 'bun:test'
import { Database as Sqlite } from 'bun:sqlite'
import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { run } from '../../src/cli/run.ts'
import { shutKinds } from '../../src/policy/number.ts'
import { anyCountry } from '../../src/policy/rules.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { migrationStateOf } from '../../src/storage/migrate.ts'
import { createPolicyStore } from '../../src/storage/policies.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { atOnce } from '../../src/work.ts'

const migrations = readMigrationFiles({ migrationsFolder: join(import.meta.dir, '../../drizzle') })

/** A database as the program with the first `count` migrations left it. */
const databaseOf = (count: number, path: string) => {
  const sqlite = new Sqlite(path)
  sqlite.run('PRAGMA journal_mode = WAL')
  sqlite.run(
    'create table __drizzle_migrations (id integer primary key, hash text not null, created_at numeric)',
  )
  for (const { sql, hash, folderMillis } of migrations.slice(0, count)) {
    for (const statement of sql) sqlite.run(statement)
    sqlite.query('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run(hash, folderMillis)
  }
  return sqlite
}

interface Column {
  name: string
  type: string
  notnull: number
  pk: number
  dflt_value: string | null
}

/** Puts one row into every table, made from its columns: any value that its references and rules let in. */
const fill = (sqlite: Sqlite) => {
  const tables = sqlite
    .query<{ name: string }, []>(
      "select name from sqlite_schema where type = 'table' and name not glob '__drizzle*' and name not glob 'sqlite*'",
    )
    .all()
    .map(({ name }) => name)
  for (const table of tables) {
    const columns = sqlite.query<Column, []>(`PRAGMA table_info(${table})`).all()
    const values = columns.map(({ name, type }) =>
      type.toLowerCase() === 'integer' ? 1 : name === 'hints' ? '{}' : 'one',
    )
    sqlite
      .query(
        `insert into ${table} (${columns.map(({ name }) => `"${name}"`).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
      )
      .run(...values)
  }
  return tables
}

/** Columns that a later migration replaced. */
const replacedColumns = ['access_enabled']
const without = (row: object, columns: string[]) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name)))

test.each(migrations.map((_, index) => index + 1))(
  'a data directory as the first %p migrations left it opens with every row',
  (count) => {
    using directory = temporaryDirectory()
    const before = databaseOf(count, directory.database)
    const tables = fill(before)
    const rows = new Map(tables.map((table) => [table, before.query(`select * from ${table}`).all()]))
    before.close()

    const { sqlite, close } = openDatabase(directory.database)
    expect(migrationStateOf(sqlite)).toEqual({
      applied: migrations.length,
      known: migrations.length,
      unknown: 0,
    })
    for (const [table, was] of rows)
      expect(sqlite.query(`select * from ${table}`).all()).toMatchObject(
        (was as object[]).map((row) => without(row, replacedColumns)),
      )
    expect(sqlite.query('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    expect(sqlite.query('PRAGMA foreign_key_check').all()).toEqual([])
    close()
  },
)

test.each([
  ['elevenlabs', 'conv_1/CA1', 'conv_1', 'CA1'],
  ['elevenlabs', '/CA1', null, 'CA1'],
  ['elevenlabs', 'conv_1', 'conv_1', null],
  ['http', 'line/7', 'line/7', null],
])('both ids of a call in one (%p, %p) become two', (provider, joined, providerCallId, telephonyCallId) => {
  using directory = temporaryDirectory()
  const before = databaseOf(17, directory.database)
  fill(before)
  before.run('update calls set provider = ?, provider_call_id = ?', [provider, joined])
  before.close()
  const { sqlite, close } = openDatabase(directory.database)
  expect(sqlite.query('select provider_call_id, telephony_call_id from calls').all()).toEqual([
    { provider_call_id: providerCallId, telephony_call_id: telephonyCallId },
  ])
  close()
})

test.each([
  ['enabled access stays enabled', 1, null, null],
  ['a leaked key that is still live keeps access disabled until it is rotated', 0, null, 'leak'],
  ['any other disabled access stays one that the agency’s admin can enable', 0, 2, 'admin'],
])('%s', (_title, accessEnabled, replacedAt, disabledBy) => {
  using directory = temporaryDirectory()
  const before = databaseOf(21, directory.database)
  fill(before)
  before.run('update environments set access_enabled = ?', [accessEnabled])
  before.run('update keys set replaced_at = ?, leaked_at = 1', [replacedAt])
  before.close()
  const { sqlite, close } = openDatabase(directory.database)
  expect(sqlite.query('select access_disabled_by from environments').all()).toEqual([
    { access_disabled_by: disabledBy },
  ])
  close()
})

test.each(['agency list', 'backup copy.db', 'serve'])(
  'a data directory of a newer callgate is refused by %p and left as it is',
  async (line) => {
    using directory = temporaryDirectory()
    const { sqlite } = openDatabase(directory.database)
    sqlite.run("insert into __drizzle_migrations (hash, created_at) values ('later', 9999999999999)")
    sqlite.run('PRAGMA journal_mode = DELETE')
    sqlite.close()
    const before = await Bun.file(directory.database).bytes()

    let err = ''
    const code = await run(line.replace('copy.db', join(directory.path, 'copy.db')).split(' '), {
      env: { CALLGATE_DATA_DIR: directory.path, CALLGATE_PORT: '0' },
      isTerminal: false,
      out: () => {},
      err: (text) => (err += text),
    })
    expect({ code, err }).toEqual({
      code: 1,
      err: 'The database was written by a newer version of callgate. Use that version or a later one. Nothing was changed.\n',
    })
    expect(await Bun.file(directory.database).bytes()).toEqual(before)
  },
)

test.each([
  ['vapi', 'https://storage.vapi.test/1.wav', 'kept'],
  ['twilio', 'kept', 'kept'],
  ['retell', null, null],
  ['http', 'https://dialler.test/1.wav', 'https://dialler.test/1.wav'],
])('of a recording at %s, %p becomes %p: a vendor’s link opens nothing', (provider, was, is) => {
  using directory = temporaryDirectory()
  const before = databaseOf(26, directory.database)
  fill(before)
  before.run('update calls set provider = ?, recording_url = ?', [provider, was])
  before.close()
  const { sqlite, close } = openDatabase(directory.database)
  expect(sqlite.query('select recording_url from calls').all()).toEqual([{ recording_url: is }])
  close()
})

test('an instance from before there were rules still calls everywhere, and a new one nowhere', () => {
  const before = migrations.findIndex(({ sql }) => sql.some((text) => text.includes('TABLE `policies`')))
  for (const hasAgencies of [true, false]) {
    using directory = temporaryDirectory()
    const old = databaseOf(before, directory.database)
    if (hasAgencies) fill(old)
    old.close()
    const database = openDatabase(directory.database)
    const [set] = atOnce(createPolicyStore(database).sets({ agencyId: null, environmentId: null }))
    expect(set?.rules.countries ?? null).toEqual(hasAgencies ? [anyCountry] : null)
    expect(set?.rules.numberKinds ?? []).toEqual(hasAgencies ? [...shutKinds] : [])
    database.close()
  }
})
