import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { AuditChain } from '../../src/storage/audit-chain.ts'
import { createCommit } from '../../src/storage/commit.ts'
import { createGate, type Gate, testSecret } from '../support/gate.ts'
import { withoutAuditTriggers } from '../support/unbound.ts'
import { atOnce } from '../../src/work.ts'

const entry = (target: string, at = 1) =>
  ({ at, actor: 'x', address: null, action: 'signed_in', target }) as const

const filled = (entries = 6) => {
  const gate = createGate()
  for (let number = 1; number <= entries; number++)
    atOnce(gate.services.audit.record(entry(`${number}`, number * 10)))
  return gate
}

const chainOf = ({ database }: Gate) => new AuditChain(database.sqlite, testSecret)
const flawOf = (gate: Gate) => atOnce(chainOf(gate).verify()).flaw
const numbersOf = ({ database }: Gate) =>
  database.sqlite
    .query<{ number: number }, []>('select number from audit order by number')
    .all()
    .map(({ number }) => number)

/** What somebody does who can write to the file, without the secret. */
const spoil = (gate: Gate, ...statements: string[]) =>
  withoutAuditTriggers(gate.database.sqlite, () => {
    for (const statement of statements) gate.database.sqlite.run(statement)
  })

test('the database refuses to change an entry, and to delete one that is not old enough', () => {
  const gate = filled()
  const { sqlite } = gate.database
  expect(() => sqlite.run("update audit set target = 'x' where number = 3")).toThrow('cannot be changed')
  expect(() => sqlite.run('delete from audit where number = 6')).toThrow('cannot be removed')
  expect(() => sqlite.run('delete from audit')).toThrow('cannot be removed')
  expect(flawOf(gate)).toBeNull()
})

const columns = ['id', 'at', 'actor', 'actor_id', 'actor_role', 'address', 'agency_id', 'environment']
test.each([...columns, 'action', 'target', 'operation_id', 'times'])(
  'a changed %s of any entry is found',
  (column) => {
    for (const number of [1, 3, 6]) {
      const gate = filled()
      spoil(gate, `update audit set ${column} = 7 where number = ${number}`)
      expect(flawOf(gate)).toMatch(/^entry \d was changed/)
    }
  },
)

test.each<[string, string[], RegExp]>([
  ['taken out at the beginning', ['delete from audit where number = 1'], /^entry 2 /],
  ['taken out in the middle', ['delete from audit where number = 3'], /^entry 4 /],
  ['taken out at the end', ['delete from audit where number > 4'], /^entries after 4 were taken out/],
  ['all taken out', ['delete from audit'], /^entries after 0 were taken out/],
  [
    'all taken out with the ends',
    ['delete from audit where number > 1', 'delete from audit_chain'],
    /record/,
  ],
  [
    'taken out at the end, with the ends moved',
    [
      'delete from audit where number > 4',
      'update audit_chain set last_number = 4, last_mac = (select mac from audit where number = 4)',
    ],
    /^the record/,
  ],
  [
    'taken out at the beginning, as if by retention',
    [
      'update audit_chain set removed_number = 2, removed_mac = (select mac from audit where number = 2)',
      'delete from audit where number <= 2',
    ],
    /^the record/,
  ],
  [
    'put in without a number',
    ["insert into audit (id, at, actor, action) values ('x', 1, 'x', 'y')"],
    /^entry x /,
  ],
])('entries %s are found, also after the server has gone on', (_, statements, said) => {
  const gate = filled()
  spoil(gate, ...statements)
  expect(flawOf(gate)).toMatch(said)
  atOnce(gate.services.audit.record(entry('later')))
  expect(flawOf(gate)).not.toBeNull()
})

test('retention removes what is old enough, at most so many at a time, and leaves a chain that can be verified', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant('add' as const), fc.integer({ min: 0, max: 15 })), { maxLength: 15 }),
      (steps) => {
        const gate = createGate()
        let at = 0
        let kept: number[] = []
        for (const step of steps) {
          if (step === 'add') atOnce(gate.services.audit.record(entry('x', ++at)))
          if (step === 'add') kept.push(at)
          else {
            const old = kept.filter((each) => each < step).slice(0, 3)
            expect(atOnce(gate.services.oldRows.audit(step, 3)).removed).toBe(old.length)
            kept = kept.filter((each) => !old.includes(each))
          }
          expect([flawOf(gate), numbersOf(gate)]).toEqual([null, kept])
        }
        gate.database.close()
      },
    ),
    { numRuns: 20 },
  )
}, 20_000)

test('under group commit an entry whose savepoint rolls back takes its link with it', async () => {
  const gate = createGate()
  const { audit } = gate.services
  const commit = createCommit(gate.database)
  const told: unknown[] = []
  atOnce(audit.follow(({ target }) => told.push(target)))
  const results = await Promise.allSettled(
    ['1', 'fails', '2', 'fails', '3'].map((target) =>
      commit(function* () {
        yield* audit.record(entry(target))
        if (target === 'fails') throw new Error('no')
      }),
    ),
  )
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(2)
  expect([flawOf(gate), numbersOf(gate), told]).toEqual([null, [1, 2, 3], ['1', '2', '3']])
})

test('an entry that is never on disk is never told of', () => {
  const gate = createGate()
  const told: unknown[] = []
  atOnce(gate.services.audit.follow(({ target }) => told.push(target)))
  const failing = () =>
    atOnce(
      gate.database.transaction(function* () {
        yield* gate.services.audit.record(entry('undone'))
        throw new Error('no')
      }),
    )
  expect(failing).toThrow('no')
  atOnce(gate.services.audit.record(entry('done')))
  expect(told).toEqual(['done'])
})

test('an entry of another history of the same secret does not fit in', () => {
  const [gate, other] = [createGate(), createGate()]
  atOnce(gate.services.audit.record(entry('ours')))
  atOnce(other.services.audit.record(entry('theirs')))
  for (const { services } of [gate, other]) atOnce(services.audit.record(entry('second')))
  for (const { services } of [gate, other]) atOnce(services.audit.record(entry('third')))
  const row = other.database.sqlite.query('select * from audit where number = 2').values()[0] ?? []
  withoutAuditTriggers(gate.database.sqlite, () => {
    gate.database.sqlite.run('delete from audit where number = 2')
    const marks = row.map(() => '?').join(', ')
    gate.database.sqlite.query(`insert into audit values (${marks})`).run(...(row as string[]))
  })
  expect(flawOf(gate)).toMatch(/^entry 2 was changed/)
})

test('another secret verifies nothing', () => {
  const gate = filled()
  expect(atOnce(new AuditChain(gate.database.sqlite, 'another secret, of 32 or more').verify()).flaw).toMatch(
    /^entry 1 /,
  )
})
