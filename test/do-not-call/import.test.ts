import { expect, test } from 'bun:test'
import { addNumber, listNumbers } from '../../src/do-not-call/operations/entries.ts'
import { entriesAtOnce } from '../../src/do-not-call/operations/import.ts'
import { type Actor, commandLineActor } from '../../src/people/actor.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { importText, numberOf } from '../support/do-not-call.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const acme = { agency: 'Acme' }
const clean = { already_listed: 0, rejected: 0, problems: [] }

test('a file needs no header, and with one its columns come in any order', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const expires_at = '2030-01-01T00:00:00.000Z'
  expect(await importText(gate, `+493000000001,asked,${expires_at}\n'+493000000002\n`, acme)).toEqual({
    added: 2,
    ...clean,
  })
  const other = `Reason;note;PHONE_NUMBER\n"by phone";x;+493000000003\n;y;+493000000004\n`
  expect(await importText(gate, other, { ...acme, source: 'crm' })).toEqual({ added: 2, ...clean })
  const found = await perform(listNumbers, acme, commandLineActor)
  expect(
    new Set(found.map(({ hint, source, reason, expires_at: until }) => [hint, source, reason, until])),
  ).toEqual(
    new Set([
      ['+49…01', 'import', 'asked', expires_at],
      ['+49…02', 'import', null, null],
      ['+49…03', 'crm', 'by phone', null],
      ['+49…04', 'crm', null, null],
    ]),
  )
})

test('each line that is no entry is named with its number and its reason, and the others are imported', async () => {
  const gate = createGate()
  const text = [
    'phone_number,reason,expires_at',
    '+493000000001',
    '0301234567',
    '',
    '+493000000002,,tomorrow',
    '+493000000003,,2020-01-01T00:00:00Z',
    `+493000000004,${'x'.repeat(201)}`,
    '+493000000005',
    '+493000000006,asked\u202eby mail',
  ].join('\n')
  expect(await importText(gate, text, acme)).toEqual({
    added: 2,
    already_listed: 0,
    rejected: 5,
    problems: [
      { line: 3, problem: 'not a phone number in E.164, such as +15551234567' },
      { line: 5, problem: 'expires_at is not a time such as 2027-01-31T00:00:00Z' },
      { line: 6, problem: 'expires_at is in the past' },
      { line: 7, problem: 'reason has more than 200 characters' },
      { line: 9, problem: 'reason has control characters, or some that change the direction of text' },
    ],
  })
})

test('of many bad lines the first hundred are named and all are counted', async () => {
  const gate = createGate()
  const result = await importText(gate, `${'nonsense\n'.repeat(5000)}+493000000001\n`, acme)
  expect(result).toMatchObject({ added: 1, rejected: 5000 })
  expect(result.problems.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
})

test('an import never shortens an entry, and lengthens one that ends earlier', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const add = (phone_number: string, expires_at?: string) =>
    perform(addNumber, { ...acme, phone_number, ...(expires_at && { expires_at }) }, commandLineActor)
  await add('+493000000001')
  await add('+493000000002', '2031-01-01T00:00:00Z')
  await add('+493000000003', '2029-01-01T00:00:00Z')
  await add('+493000000004', '2029-01-01T00:00:00Z')
  const text =
    '+493000000001,,2030-01-01T00:00:00Z\n+493000000002,,2030-01-01T00:00:00Z\n+493000000003,,2030-01-01T00:00:00Z\n+493000000004\n'
  expect(await importText(gate, text, acme)).toMatchObject({ added: 2, already_listed: 2 })
  const found = await perform(listNumbers, acme, commandLineActor)
  expect(
    Object.fromEntries(found.map(({ hint, source, expires_at }) => [hint, [source, expires_at]])),
  ).toEqual({
    '+49…01': ['manual', null],
    '+49…02': ['manual', '2031-01-01T00:00:00.000Z'],
    '+49…03': ['import', '2030-01-01T00:00:00.000Z'],
    '+49…04': ['import', null],
  })
})

test('a file is committed in parts of a bounded size, each with an audit entry, and others are answered between', async () => {
  const gate = createGate({ requestsPerMinute: 1000 })
  const { audit } = gate.services
  const count = entriesAtOnce * 5 + 1
  const sizes: number[] = []
  const transaction = gate.database.transaction.bind(gate.database)
  const changes = () =>
    gate.database.sqlite.query<{ n: number }, []>('select total_changes() as n').get()?.n ?? 0
  gate.database.transaction = function* (work) {
    const before = changes()
    const done = yield* transaction(work)
    sizes.push(changes() - before)
    return done
  }
  let isDone = false
  const importing = importText(
    gate,
    Array.from({ length: count }, (_, at) => numberOf(at)).join('\n'),
    acme,
  ).finally(() => (isDone = true))
  let answered = 0
  while (!isDone) {
    expect((await gate.authorized('/api/v1/key')).status).toBe(200)
    if (!isDone) answered++
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await importing).toEqual({ added: count, ...clean })
  // The entries, an audit entry and its end of the chain, and the key of the hashes.
  expect(Math.max(...sizes)).toBeLessThanOrEqual(entriesAtOnce + 3)
  expect(answered).toBeGreaterThanOrEqual(5)
  const targets = atOnce(audit.list({ limit: 9 })).map(({ action, target }) => [action, target])
  expect(targets).toEqual([
    ['dnc.imported', '1 number'],
    ...Array.from({ length: 5 }, () => ['dnc.imported', `${entriesAtOnce} numbers`]),
  ])
})

test('whoever may not import is told before the file is read, and whoever loses the right is stopped within it', async () => {
  const gate = createGate()
  const { agency } = gate
  const lines = Array.from({ length: entriesAtOnce * 3 }, (_, at) => numberOf(at)).join('\n')
  expect(importText(gate, '', acme, tokenWith(['dnc.list']))).rejects.toMatchObject({
    reason: 'permission_required',
  })
  let confirmed = 0
  const leaving: Actor = {
    ...adminOf(agency.id),
    *confirm() {
      if (++confirmed > 1) throw new Error('signed out')
    },
  }
  expect(importText(gate, lines, {}, leaving)).rejects.toThrow('signed out')
  await gate.clock.advance(0)
  const listed = (at: number) => atOnce(gate.services.doNotCall.isListed(agency.id, numberOf(at), 0))
  expect([listed(0), listed(entriesAtOnce - 1), listed(entriesAtOnce)]).toEqual([true, true, false])
})

test('a flaw of the file is told with its line and what was imported before it', async () => {
  const gate = createGate()
  expect(importText(gate, `+493000000001\n+493000000002,"asked\n`, acme)).rejects.toMatchObject({
    reason: 'invalid_input',
    message: 'Line 2 cannot be read as CSV. Before it: Numbers added: 1, already listed: 0, rejected: 0.',
  })
  await gate.clock.advance(0)
  expect(atOnce(gate.services.doNotCall.isListed(gate.agency.id, '+493000000001', 0))).toBe(true)
})
