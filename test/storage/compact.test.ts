import { expect, test } from 'bun:test'
import { Database as Sqlite } from 'bun:sqlite'
import { readFileSync } from 'node:fs'
import { openDatabase } from '../../src/storage/database.ts'
import { temporaryDirectory } from '../support/directory.ts'

test('a reader that keeps the log from being emptied is told, and the next time it is empty', () => {
  using directory = temporaryDirectory()
  const { sqlite, compact, close } = openDatabase(directory.database)
  const insert = sqlite.query('insert into agencies (id, name, plan, created_at) values (?, ?, ?, 1)')
  insert.run('1', 'a name to be removed', 'agency')
  sqlite.run('delete from agencies')
  const isThere = () =>
    ['', '-wal'].some((suffix) =>
      readFileSync(`${directory.database}${suffix}`).includes('a name to be removed'),
    )
  const reader = new Sqlite(directory.database, { readonly: true })
  reader.run('BEGIN')
  reader.query('select * from agencies').all()
  expect({ done: compact(), isThere: isThere() }).toEqual({ done: false, isThere: true })
  reader.close()
  expect({ done: compact(), isThere: isThere() }).toEqual({ done: true, isThere: false })
  close()
})
