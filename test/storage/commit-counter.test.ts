import { expect, test } from 'bun:test'
import { openDatabase } from '../../src/storage/database.ts'
import { temporaryDirectory } from '../support/directory.ts'

test('moves with every commit, our own and another connection’s, and with nothing else', () => {
  using directory = temporaryDirectory()
  const ours = openDatabase(directory.database)
  const theirs = openDatabase(directory.database)
  const seen = new Set([ours.commits?.()])
  for (const { sqlite } of [ours, theirs, ours, theirs]) {
    sqlite.run("insert into agencies values (hex(randomblob(9)), 'A', 'agency', 1)")
    seen.add(ours.commits?.())
    sqlite.run('begin immediate')
    sqlite.run("update agencies set name = 'B'")
    sqlite.run('rollback')
    sqlite.query('select * from agencies').all()
    seen.add(ours.commits?.())
  }
  theirs.sqlite.run('pragma wal_checkpoint(truncate)')
  theirs.sqlite.run("update agencies set name = 'C'")
  seen.add(ours.commits?.())
  expect(seen.size).toBe(6)
  expect(seen.has(undefined)).toBe(false)
  ours.close()
  theirs.close()
})

test('is missing where nothing is shared, and SQLite is asked', () => {
  expect(openDatabase(':memory:').commits).toBeUndefined()
})
