import { spyOn } from 'bun:test'
import type { Gate } from './gate.ts'

/** The statements that `read` has SQLite prepare. */
const asked = ({ database: { sqlite } }: Gate, read: () => unknown) => {
  const prepare = spyOn(sqlite, 'prepare')
  read()
  const statements = prepare.mock.calls.map(([sql]) => sql)
  prepare.mockRestore()
  return statements
}

const explained = <Row>({ database: { sqlite } }: Gate, how: string, sql: string) =>
  sqlite.query<Row, null[]>(`${how} ${sql}`).all(...Array<null>(sql.split('?').length - 1).fill(null))

/** How SQLite finds what `read` asks it for. */
export const plansOf = (gate: Gate, read: () => unknown) =>
  asked(gate, read).flatMap((sql) =>
    explained<{ detail: string }>(gate, 'explain query plan', sql).map(({ detail }) => detail),
  )

/** Whether a row of the table itself is looked at, beside its indexes. */
export const readsRows = (gate: Gate, table: string, read: () => unknown) => {
  const root = gate.database.sqlite
    .query<{ rootpage: number }, [string]>('select rootpage from sqlite_schema where name = ?')
    .get(table)?.rootpage
  return asked(gate, read).some((sql) => {
    const steps = explained<{ opcode: string; p1: number; p2: number }>(gate, 'explain', sql)
    const opened = steps.filter(({ opcode, p2 }) => opcode === 'OpenRead' && p2 === root)
    return steps.some(({ opcode, p1 }) => opcode === 'Column' && opened.some((cursor) => cursor.p1 === p1))
  })
}
