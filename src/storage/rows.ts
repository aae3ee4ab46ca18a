import type { Statement } from 'bun:sqlite'
import { getTableColumns, getTableName } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'

type Value = string | number | null

/** Larger rows are not cached: ten thousand calls with their metadata would take hundreds of megabytes. */
const keptCharacters = 4096

/**
 * The statements of the hot path for a table with an `id`: prepared once, and an update writes only changed columns.
 * drizzle would map each execution, which costs several times what SQLite does. Rows for which `isKept` is true are
 * cached once written or read.
 */
export const createRows = <Row extends { id: string }>(
  { changes, sqlite }: Database,
  table: SQLiteTable,
  isKept: (row: Row) => boolean = () => false,
) => {
  const kept = new Cache<Row>(changes)
  const columns = Object.entries(getTableColumns(table)).map(([field, column]) => columnOf(field, column))
  const name = getTableName(table)
  const names = columns.map((column) => column.name).join(', ')
  const insertion = sqlite.query<never, Value[]>(
    `insert into ${name} (${names}) values (${columns.map(() => '?').join(', ')})`,
  )
  const selection = sqlite.query<never, [string]>(`select ${names} from ${name} where id = ?`)
  const updates = new Map<string, Statement<never, Value[]>>()

  const updateOf = (changed: readonly Column[]) => {
    const assignments = changed.map((column) => `${column.name} = ?`).join(', ')
    const known = updates.get(assignments)
    if (known) return known
    const made = sqlite.query<never, Value[]>(`update ${name} set ${assignments} where id = ?`)
    updates.set(assignments, made)
    return made
  }

  const rowOf = (values: readonly Value[]) => {
    const row: Record<string, unknown> = {}
    for (let at = 0; at < columns.length; at++)
      row[columns[at]!.field] = columns[at]!.read(values[at] ?? null)
    return row as unknown as Row
  }

  return {
    insert: (row: Row) => {
      const values = columns.map((column) => column.write(row))
      insertion.run(...values)
      if (isKept(row) && isShort(values)) kept.put(row.id, rowOf(values))
    },

    find: (id: string): Row | undefined => {
      const known = kept.get(id)
      if (known) return known
      const [values] = selection.values(id) as Value[][]
      if (!values) return undefined
      const row = rowOf(values)
      if (isKept(row) && isShort(values)) kept.put(id, row)
      return row
    },

    /** Writes the changed columns of the row. */
    update: (before: Row, after: Row) => {
      const changed = columns.filter((column) => column.differs(before, after))
      if (changed.length === 0) return
      const values = changed.map((column) => column.write(after))
      updateOf(changed).run(...values, after.id)
      // Where `before` is not the cached row, the other columns are unknown, so the row is dropped from the cache.
      if (kept.get(after.id) !== before) return kept.drop(after.id)
      const written = changed.map((column, at) => [column.field, column.read(values[at] ?? null)])
      const row = { ...before, ...Object.fromEntries(written) }
      if (isKept(row)) kept.put(row.id, row)
      else kept.drop(row.id)
    },
  }
}

const isShort = (values: readonly Value[]) =>
  values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0) <=
  keptCharacters

interface Column {
  field: string
  name: string
  read(value: Value): unknown
  write(row: object): Value
  differs(before: object, after: object): boolean
}

/**
 * Values for SQLite: texts (as far as UTF-8 can hold them) and numbers as they are, flags and JSON as drizzle maps
 * them.
 */
const columnOf = (field: string, column: AnySQLiteColumn): Column => {
  const isPlain = column.dataType === 'string' || column.dataType === 'number'
  const valueIn = (row: object): unknown => Reflect.get(row, field)
  return {
    field,
    name: column.name,
    read: (value) => (isPlain || value === null ? value : column.mapFromDriverValue(value)),
    write: (row) => {
      const value = valueIn(row)
      const written = (isPlain || value === null ? value : column.mapToDriverValue(value)) as Value
      return typeof written === 'string' ? written.toWellFormed() : written
    },
    differs: (before, after) => valueIn(before) !== valueIn(after),
  }
}
