import { describe, expect, test } from 'bun:test'
import { mintToken } from '../../src/keys/token.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { statementsDuring } from '../support/statements.ts'
import { listen } from '../support/webhooks.ts'

const ask = (gate: Gate, token = gate.key) => gate.authorized('/api/v1/key', {}, token)

/** What begins and ends a commit of one operation. */
const commit = (change: string) => [
  'BEGIN IMMEDIATE',
  'PRAGMA data_version',
  'SAVEPOINT operation',
  change,
  'RELEASE operation',
  'COMMIT',
]

describe('the database is not asked at all', () => {
  test('for a request that is granted', async () => {
    const gate = createGate()
    await ask(gate)
    expect(await statementsDuring(gate, () => ask(gate))).toEqual([])
  })

  test('for one that is refused: an unknown key, a rotated one, one beyond the limit', async () => {
    const gate = createGate({ requestsPerMinute: 1 })
    const live = gate.issue()
    for (const [token, status] of [
      [mintToken(), 401],
      [gate.key, 401],
      [live, 429],
    ] as const) {
      await ask(gate, token)
      const statements = await statementsDuring(gate, async () =>
        expect((await ask(gate, token)).status).toBe(status),
      )
      expect(statements).toEqual([])
    }
  })
})

describe('a trigger does the statements of its commit and no other', () => {
  test('before its answer', async () => {
    const gate = createGate()
    await gate.trigger('07')
    const statements = await statementsDuring(gate, () => gate.trigger('07'))
    expect(statements).toEqual(commit(expect.stringMatching(/^insert into calls /) as string))
  })

  test('and so does each change of its call, where nobody listens', async () => {
    const gate = createGate()
    await gate.trigger('07')
    await gate.clock.advance(0)
    await gate.trigger('07')
    const change = commit(expect.stringMatching(/^update calls set /) as string)
    // It is sending, placed, and rings.
    const statements = await statementsDuring(gate, () => gate.clock.advance(0))
    expect(statements.length % change.length).toBe(0)
    for (let at = 0; at < statements.length; at += change.length)
      expect(statements.slice(at, at + change.length)).toEqual(change)
    expect(statements).not.toBeEmpty()
  })

  test('and where somebody listens, nothing is looked up to tell them', async () => {
    const gate = createGate()
    listen(gate, 'http://127.0.0.1:9/hook')
    await gate.trigger('07')
    await gate.clock.advance(2000)
    await gate.trigger('07')
    const statements = await statementsDuring(gate, () => gate.clock.advance(2000))
    expect(statements.filter((sql) => /^select/i.test(sql))).toEqual([])
    expect(statements.filter((sql) => sql.startsWith('insert into deliveries'))).toHaveLength(1)
  })
})
