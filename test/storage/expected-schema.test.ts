import { expect, test } from 'bun:test'
import { openDatabase } from '../../src/storage/database.ts'
import { schemaFlaw } from '../../src/storage/expected-schema.ts'

const flawAfter = (...statements: string[]) => {
  const { sqlite, close } = openDatabase(':memory:')
  for (const statement of statements) sqlite.run(statement)
  const flaw = schemaFlaw(sqlite)
  close()
  return flaw
}

test('a database is as its migrations make it, also with what SQLite and Litestream keep in it', () => {
  expect(flawAfter()).toBeUndefined()
  const litestream = [
    '_litestream_seq (id integer primary key, seq integer)',
    '_litestream_lock (id integer)',
  ]
  expect(flawAfter('analyze', ...litestream.map((table) => `create table ${table}`))).toBeUndefined()
})

test.each([
  [
    'trigger',
    "create trigger t after update on provider_accounts begin update agencies set name = 'x'; end",
    'it has a trigger that callgate did not make: t',
  ],
  ['view', 'create view v as select * from keys', 'it has a view that callgate did not make: v'],
  ['table', 'create table elsewhere (a)', 'it has a table that callgate did not make: elsewhere'],
  ['index', 'create index i on calls (status)', 'it has a index that callgate did not make: i'],
  ['column', 'alter table keys add column c text', 'the table keys is not as callgate made it'],
  ['trigger that is gone', 'drop trigger audit_unchanged', 'the trigger audit_unchanged is missing'],
  ['index that is gone', 'drop index audit_number', 'the index audit_number is missing'],
])('a foreign or missing %s is found', (_, statement, said) => {
  expect(flawAfter(statement)).toBe(said)
})

test('a trigger that was exchanged for another of its name is found', () => {
  const other = 'create trigger audit_unchanged before update on audit begin select 1; end'
  expect(flawAfter('drop trigger audit_unchanged', other)).toBe(
    'the trigger audit_unchanged is not as callgate made it',
  )
})
