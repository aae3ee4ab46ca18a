import { expect, spyOn, test } from 'bun:test'
import { callStatuses, finalStatuses } from '../../src/calls/call.ts'
import { createGate, type Gate } from '../support/gate.ts'

/** How SQLite finds what `read` asks it for. */
const plansOf = ({ database: { sqlite } }: Gate, read: () => unknown) => {
  const prepare = spyOn(sqlite, 'prepare')
  read()
  const asked = prepare.mock.calls.map(([sql]) => sql)
  prepare.mockRestore()
  return asked.flatMap((sql) =>
    sqlite
      .query<{ detail: string }, null[]>(`explain query plan ${sql}`)
      .all(...Array<null>(sql.split('?').length - 1).fill(null))
      .map(({ detail }) => detail),
  )
}

const overBy = 'SEARCH calls USING INDEX calls_outcome (environment_id=? AND status=? AND id<?)'
const notOver = 'SEARCH calls USING INDEX calls_active (environment_id=? AND id<?)'

for (const status of callStatuses)
  test(`calls that are ${status} are listed without a look at the others, of which a year has millions`, () => {
    const gate = createGate()
    const page = { environmentId: gate.production.id, status, before: 'any', limit: 21 }
    const isFinal = finalStatuses.some((final) => final === status)
    expect(plansOf(gate, () => gate.services.calls.page(page))).toEqual([isFinal ? overBy : notOver])
  })

test('the slots in use are found without a look at the calls that are over', () => {
  const gate = createGate()
  const plans = plansOf(gate, () => gate.services.calls.activeIn(gate.production.id))
  expect(plans).toEqual(['SEARCH calls USING INDEX calls_active (environment_id=?)'])
})
