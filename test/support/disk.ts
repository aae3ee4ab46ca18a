import { Database } from 'bun:sqlite'
import { copyFileSync, existsSync } from 'node:fs'
import { temporaryDirectory } from './directory.ts'

/** What a next start will find, read from a copy, so that nothing is mended by looking. */
export const readDisk = <T>(path: string, read: (database: Database, isWhole: boolean) => T): T => {
  using copy = temporaryDirectory()
  for (const ending of ['', '-wal'])
    if (existsSync(`${path}${ending}`)) copyFileSync(`${path}${ending}`, `${copy.database}${ending}`)
  using database = new Database(copy.database)
  const integrity = database.query('PRAGMA integrity_check').values()
  return read(database, integrity.flat().join() === 'ok')
}

export const idsIn = (database: Database, table: string) =>
  new Set(database.query(`select id from ${table}`).values().flat().map(String))
