import { expect } from 'bun:test'
import type { Gate } from './gate.ts'

/** How many calls are on record. */
export const callCount = ({ database }: Pick<Gate, 'database'>) =>
  database.sqlite.query<{ calls: number }, []>('select count(*) as calls from calls').get()?.calls

/** Expects that a refused trigger left neither a row nor a lease. */
export const expectNothingLeft = (gate: Gate) => {
  expect(callCount(gate)).toBe(0)
  expect(gate.services.leases.count(gate.production.id)).toBe(0)
}
