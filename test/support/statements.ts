import { spyOn } from 'bun:test'
import type { Gate } from './gate.ts'

type Native = Record<'run' | 'get' | 'all' | 'values' | 'iterate', (...given: unknown[]) => unknown>

/** The statements that SQLite executes, on whatever connection, until `work` has come to its end. */
export const statementsDuring = async (
  { database: { sqlite } }: Pick<Gate, 'database'>,
  work: () => Promise<unknown>,
): Promise<string[]> => {
  const executed: string[] = []
  const native = Object.getPrototypeOf(sqlite.query('select 1').native) as Native
  const spies = (['run', 'get', 'all', 'values', 'iterate'] as const).map((method) => {
    const original = native[method]
    return spyOn(native, method).mockImplementation(function (this: unknown, ...given) {
      executed.push(String(this))
      return original.apply(this, given)
    })
  })
  const unprepared = spyOn(sqlite, 'run')
  try {
    await work()
    return [...executed, ...unprepared.mock.calls.map(([sql]) => sql)]
  } finally {
    for (const spy of [...spies, unprepared]) spy.mockRestore()
  }
}
