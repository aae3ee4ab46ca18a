import { Database as Sqlite } from 'bun:sqlite'
import { appliedMigrations } from './migrate.ts'

interface Made {
  type: string
  name: string
  sql: string | null
}

/** The tables that Litestream keeps, SQLite's own, and the journal of the migrations. */
const ofOthers = /^(?:sqlite_|_litestream_|__drizzle_migrations$)/

/**
 * Compares the schema of a database with the one that its migrations make. A foreign trigger or view would act on
 * everything that is written or read. Returns the first difference in words; undefined without one.
 */
export const schemaFlaw = (sqlite: Sqlite): string | undefined => {
  const expected = expectedOf(sqlite)
  const found = schemaOf(sqlite)
  for (const [name, { type, sql }] of found)
    if (expected.get(name) === undefined) return `it has a ${type} that callgate did not make: ${name}`
    else if (expected.get(name)?.sql !== sql) return `the ${type} ${name} is not as callgate made it`
  for (const [name, { type }] of expected) if (!found.has(name)) return `the ${type} ${name} is missing`
  return undefined
}

/** Made by the same migrations that the database has had. */
const expectedOf = (sqlite: Sqlite) => {
  using fresh = new Sqlite(':memory:')
  for (const { sql } of appliedMigrations(sqlite)) for (const statement of sql) fresh.run(statement)
  return schemaOf(fresh)
}

const schemaOf = (sqlite: Sqlite): Map<string, Made> =>
  new Map(
    sqlite
      .query<Made, []>('select type, name, sql from sqlite_schema')
      .all()
      .filter(({ name }) => !ofOthers.test(name))
      .map(({ sql, ...made }) => [made.name, { ...made, sql: plain(sql) }]),
  )

/** Versions of SQLite write quotes and blanks in their own ways when a table is altered. */
const plain = (sql: string | null) => sql && sql.replaceAll(/["'`[\]\s]+/g, '').toLowerCase()
