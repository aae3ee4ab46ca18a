import type { Statement } from 'bun:sqlite'
import { getTableColumns, getTableName } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { Cache, frozen } from './cache.ts'
import type { Database } from './database.ts'
import { type Work, wait } from '../work.ts'

type Value = string | number | null
type Fields = Record<string, unknown>

/** Larger rows are not cached: ten thousand calls with their metadata would take hundreds of megabytes. */
const keptCharacters = 4096

/**
 * The statements of the hot path for a table with an `id`. An insert writes only the columns that are not null, and an
 * update only the changed ones; each such set of columns has its own statement, prepared once. drizzle would map each
 * execution, which costs several times what SQLite does. Rows for which `isKept` is true are cached once written or read.
 */
export const createRows = <Row extends { id: string }>(
  { changes, sqlite }: Database,
  table: SQLiteTable,
  isKept: (row: Row) => boolean = () => false,
) => {
  const kept = new Cache<Row>(changes)
  const columns = Object.entries(getTableColumns(table)).map(([field, column], at) =>
    columnOf(field, column, at),
  )
  const empty = Object.fromEntries(columns.map(({ field }) => [field, null]))
  const name = getTableName(table)
  const selection = sqlite.query<never, [string]>(`select ${namesOf(columns)} from ${name} where id = ?`)

  const prepared = (sql: (subset: Column[]) => string) => {
    const known = new Map<number, Prepared>()
    return (subset: number): Prepared => {
      const found = known.get(subset)
      if (found) return found
      const included = columns.filter(({ at }) => Math.floor(subset / 2 ** at) % 2 === 1)
      const made = { columns: included, statement: sqlite.query<never, Value[]>(sql(included)) }
      known.set(subset, made)
      return made
    }
  }
  const insertion = prepared(
    (present) => `insert into ${name} (${namesOf(present)}) values (${present.map(() => '?').join(', ')})`,
  )
  const change = prepared(
    (changed) =>
      `update ${name} set ${changed.map((column) => `${column.name} = ?`).join(', ')} where id = ?`,
  )

  /** Caches a row as `find` would return it, given the columns that were written. */
  const keep = (row: Row, written: readonly Column[], values: readonly Value[]) => {
    const fields: Fields = { ...row }
    for (let at = 0; at < written.length; at++) {
      const { field, read } = written[at]!
      const value = values[at] ?? null
      if (value !== fields[field]) fields[field] = read(value)
    }
    kept.put(row.id, Object.freeze(fields) as unknown as Row)
  }

  const load = function* (id: string): Work<Row | undefined> {
    const [values] = (yield* wait(selection.values(id))) as Value[][]
    if (!values) return undefined
    const fields: Fields = {}
    for (const { field, read, at } of columns) fields[field] = read(values[at] ?? null)
    const row = fields as unknown as Row
    if (isKept(row) && isShort(values)) kept.put(id, Object.freeze(row))
    return row
  }

  return {
    *insert(row: Row) {
      const { statement, columns: present } = insertion(differing(columns, empty, row))
      const values = present.map(({ write }) => write(row))
      yield* wait(statement.run(...values))
      if (isKept(row) && isShort(values)) keep(row, present, values)
    },

    find: (id: string): Work<Row | undefined> => {
      const known = kept.get(id)
      return known ? wait(known) : load(id)
    },

    /** Writes the changed columns of the row. */
    *update(before: Row, after: Row) {
      const subset = differing(columns, before, after)
      if (subset === 0) return
      const { statement, columns: changed } = change(subset)
      const values = changed.map(({ write }) => write(after))
      yield* wait(statement.run(...values, after.id))
      // Where `before` is not the cached row, the other columns are unknown, so the row is dropped from the cache.
      if (isKept(after) && kept.get(after.id) === before) keep(after, changed, values)
      else kept.drop(after.id)
    },
  }
}

interface Prepared {
  columns: readonly Column[]
  statement: Statement<never, Value[]>
}

interface Column {
  field: string
  name: string
  /** The position in the table, and the bit of it in a subset of the columns. */
  at: number
  /** Frozen, because cached rows are shared. */
  read(value: Value): unknown
  write(row: object): Value
}

const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => name).join(', ')

/** The subset of the columns in which two rows differ, as a bit set: a number holds 53. */
const differing = (columns: readonly Column[], before: object, after: object) => {
  let subset = 0
  for (let at = 0; at < columns.length; at++) {
    const { field } = columns[at]!
    if ((before as Fields)[field] !== (after as Fields)[field]) subset += 2 ** at
  }
  return subset
}

const isShort = (values: readonly Value[]) => {
  let characters = 0
  for (const value of values) if (typeof value === 'string') characters += value.length
  return characters <= keptCharacters
}

/**
 * Values for SQLite: texts (as far as UTF-8 can hold them) and numbers as they are, flags and JSON as drizzle maps
 * them.
 */
const columnOf = (field: string, column: AnySQLiteColumn, at: number): Column => {
  if (at >= 53) throw new RangeError(`${column.name} is a column too many for a bit set`)
  const isPlain = column.dataType === 'string' || column.dataType === 'number'
  return {
    field,
    name: column.name,
    at,
    read: (value) => (isPlain || value === null ? value : frozen(column.mapFromDriverValue(value))),
    write: (row) => {
      const value = (row as Fields)[field] ?? null
      const written = (isPlain || value === null ? value : column.mapToDriverValue(value)) as Value
      return typeof written === 'string' ? written.toWellFormed() : written
    },
  }
}
