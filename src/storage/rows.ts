import type { Statement } from 'bun:sqlite'
import { getTableColumns, getTableName } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from './database.ts'

type Value = string | number | null

/**
 * The statements that every call goes through, for a table with an `id`: prepared once, and a change writes only what
 * differs. drizzle maps each execution anew, which costs several times what SQLite does.
 */
export const createRows = <Row extends { id: string }>({ sqlite }: Database, table: SQLiteTable) => {
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

  return {
    insert: (row: Row) => {
      insertion.run(...columns.map((column) => column.write(row)))
    },

    find: (id: string): Row | undefined => {
      const [values] = selection.values(id) as Value[][]
      if (!values) return undefined
      const row: Record<string, unknown> = {}
      for (let at = 0; at < columns.length; at++)
        row[columns[at]!.field] = columns[at]!.read(values[at] ?? null)
      return row as unknown as Row
    },

    /** Writes what is different in the row after a change. */
    update: (before: Row, after: Row) => {
      const changed = columns.filter((column) => column.differs(before, after))
      if (changed.length === 0) return
      updateOf(changed).run(...changed.map((column) => column.write(after)), after.id)
    },
  }
}

interface Column {
  field: string
  name: string
  read(value: Value): unknown
  write(row: object): Value
  differs(before: object, after: object): boolean
}

/** Texts and numbers are kept as they are; drizzle knows how flags and JSON are. */
const columnOf = (field: string, column: AnySQLiteColumn): Column => {
  const isPlain = column.dataType === 'string' || column.dataType === 'number'
  const valueIn = (row: object): unknown => Reflect.get(row, field)
  return {
    field,
    name: column.name,
    read: (value) => (isPlain || value === null ? value : column.mapFromDriverValue(value)),
    write: (row) => {
      const value = valueIn(row)
      return (isPlain || value === null ? value : column.mapToDriverValue(value)) as Value
    },
    differs: (before, after) => valueIn(before) !== valueIn(after),
  }
}
