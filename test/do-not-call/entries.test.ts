import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  addNumber,
  checkNumber,
  listNumbers,
  removeNumber,
} from '../../src/do-not-call/operations/entries.ts'
import { exportNumbers, exportParts } from '../../src/do-not-call/operations/export.ts'
import { numberHint } from '../../src/do-not-call/number-hint.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { sealAnew } from '../../src/storage/seal-anew.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { importText, numberOf } from '../support/do-not-call.ts'
import { createGate, type Gate, testSecret } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const phone_number = '+493012345667'
const acme = { agency: 'Acme' }
const isListed = ({ services, agency, clock }: Gate, of = agency.id) =>
  atOnce(services.doNotCall.isListed(of, phone_number, clock.now()))

test('a number on an agency’s list is not called by that agency, one on the gate’s by none', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const other = atOnce(gate.services.agencies.create('Other', 'agency', 1))
  await perform(addNumber, { phone_number, ...acme }, commandLineActor)
  expect([isListed(gate), isListed(gate, other.id)]).toEqual([true, false])
  await perform(removeNumber, { phone_number, ...acme }, commandLineActor)
  expect(isListed(gate)).toBe(false)
  await perform(addNumber, { phone_number }, commandLineActor)
  expect([isListed(gate), isListed(gate, other.id)]).toEqual([true, true])
})

test('an entry has an effect until its expiry, and not from then on', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const expires_at = new Date(gate.clock.now() + 1000).toISOString()
  await perform(addNumber, { phone_number, ...acme, expires_at }, commandLineActor)
  gate.clock.step(999)
  expect(isListed(gate)).toBe(true)
  gate.clock.step(1)
  expect(isListed(gate)).toBe(false)
  expect(await perform(checkNumber, { phone_number, ...acme }, commandLineActor)).toEqual({
    listed: false,
    entries: [],
  })
  expect(perform(addNumber, { phone_number, expires_at }, commandLineActor)).rejects.toMatchObject({
    reason: 'invalid_input',
    message: 'expires_at must be in the future.',
  })
})

test('adding a number again replaces its entry', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const expires_at = new Date(gate.clock.now() + 1000).toISOString()
  await perform(addNumber, { phone_number, ...acme, reason: 'asked by e-mail' }, commandLineActor)
  const replaced = await perform(
    addNumber,
    { phone_number, ...acme, source: 'crm', expires_at },
    commandLineActor,
  )
  expect(await perform(listNumbers, acme, commandLineActor)).toEqual([replaced])
  expect(replaced).toMatchObject({ hint: '+49…67', source: 'crm', reason: null, expires_at })
})

describe('an agency’s admin', () => {
  test('works on the own list, named or not, and on no other', async () => {
    const gate = createGate()
    const { perform, agencies } = gate.services
    const other = atOnce(agencies.create('Other', 'agency', 1))
    const admin = adminOf(gate.agency.id)
    await perform(addNumber, { phone_number }, admin)
    expect(await perform(listNumbers, {}, commandLineActor)).toEqual([])
    expect(await perform(listNumbers, {}, admin)).toHaveLength(1)
    expect(perform(addNumber, { phone_number, agency: other.id }, admin)).rejects.toMatchObject({
      reason: 'not_found',
    })
    expect(perform(removeNumber, { phone_number }, adminOf(other.id))).rejects.toMatchObject({
      reason: 'not_found',
      message: 'The number is not on this list.',
    })
  })

  test('learns that the gate lists a number, not why, and cannot take it off', async () => {
    const gate = createGate()
    const { perform } = gate.services
    const admin = adminOf(gate.agency.id)
    await perform(addNumber, { phone_number, reason: 'complained about Other' }, commandLineActor)
    const added_at = new Date(gate.clock.now()).toISOString()
    const hidden = { list: 'gate' as const, source: null, reason: null, added_at, expires_at: null }
    expect(await perform(checkNumber, { phone_number }, admin)).toEqual({ listed: true, entries: [hidden] })
    expect(perform(removeNumber, { phone_number }, admin)).rejects.toMatchObject({
      reason: 'not_found',
      message: 'The number is on the list of the whole gate, which only an operator can change.',
    })
    expect(isListed(gate)).toBe(true)
    const operator = await perform(checkNumber, { phone_number, ...acme }, commandLineActor)
    expect(operator.entries).toEqual([
      { list: 'gate', source: 'manual', reason: 'complained about Other', added_at, expires_at: null },
    ])
  })

  test('with a token does what the token may', async () => {
    const gate = createGate()
    const { perform } = gate.services
    const token = tokenWith(['dnc.check'], gate.agency.id)
    expect(perform(addNumber, { phone_number }, token)).rejects.toMatchObject({
      reason: 'permission_required',
    })
    expect(await perform(checkNumber, { phone_number }, token)).toMatchObject({ listed: false })
  })
})

test('a list is paged newest first, also where an import gave all entries the same time', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const lines = Array.from({ length: 25 }, (_, at) => numberOf(at))
  await importText(gate, lines.join('\n'), acme)
  gate.clock.step(1)
  const newest = await perform(addNumber, { phone_number, ...acme }, commandLineActor)
  const all = await perform(listNumbers, { ...acme, limit: 1000 }, commandLineActor)
  expect([all.length, all[0]]).toEqual([26, newest])
  const paged: typeof all = []
  for (let before: string | undefined; ; before = paged.at(-1)?.id) {
    const page = await perform(
      listNumbers,
      { ...acme, limit: 7, ...(before && { before }) },
      commandLineActor,
    )
    if (page.length === 0) break
    paged.push(...page)
  }
  expect(paged).toEqual(all)
  const before = 'f'.repeat(32)
  expect(perform(listNumbers, { ...acme, before }, commandLineActor)).rejects.toMatchObject({
    reason: 'not_found',
  })
})

test('an export has every entry once, and no number', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const lines = Array.from({ length: 2300 }, (_, at) => `${numberOf(at)},"asked, twice"`)
  await importText(gate, lines.join('\n'), acme)
  let csv = ''
  const part = (after?: string) =>
    perform(exportNumbers, { ...acme, ...(after && { after }) }, commandLineActor)
  for await (const text of exportParts(part)) csv += text
  const [header, ...rows] = csv.trimEnd().split('\r\n')
  expect(header).toBe('id,hint,source,reason,added_at,expires_at')
  expect(new Set(rows.map((row) => row.slice(0, 32))).size).toBe(2300)
  expect(rows[0]).toEndWith(`,import,"asked, twice",${new Date(gate.clock.now()).toISOString()},`)
  // A random ID may hold any digits.
  expect(rows.map((row) => row.slice(32)).join()).not.toContain('493000')
})

test('no file of the data directory and no audit entry has a listed number', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const { audit, perform } = gate.services
  await perform(addNumber, { phone_number, ...acme }, commandLineActor)
  await importText(gate, '+493012345668\n', acme)
  await perform(removeNumber, { phone_number, ...acme }, commandLineActor)
  expect(atOnce(audit.list({ limit: 9 }))).toMatchObject([
    { action: 'dnc.removed', agencyId: gate.agency.id, target: '+49…67' },
    { action: 'dnc.imported', agencyId: gate.agency.id, target: '1 number' },
    { action: 'dnc.added', agencyId: gate.agency.id, target: '+49…67' },
  ])
  for (const name of readdirSync(directory.path))
    expect(readFileSync(join(directory.path, name)).includes('30123456')).toBe(false)
  gate.database.close()
})

test('entries are found by the next process, and by none with another key', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  await gate.services.perform(addNumber, { phone_number, ...acme }, commandLineActor)
  gate.database.close()
  const next = createGate({ path: directory.database })
  expect(isListed(next, gate.agency.id)).toBe(true)
  next.database.sqlite.run('delete from sealed_keys')
  next.database.close()
  const other = createGate({ path: directory.database })
  await other.services.perform(addNumber, { phone_number: '+493012345668' }, commandLineActor)
  expect(isListed(other, gate.agency.id)).toBe(false)
  other.database.close()
})

test('entries outlive a replacement of the secret, and go where the old one is lost', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  await gate.services.perform(addNumber, { phone_number, ...acme }, commandLineActor)
  const replaced = 'another secret for tests, of 32 or more'
  sealAnew(gate.database, testSecret, replaced, function* () {})
  gate.database.close()
  const next = createGate({ path: directory.database, secret: replaced })
  expect(isListed(next, gate.agency.id)).toBe(true)
  sealAnew(next.database, null, testSecret, function* () {})
  next.database.close()
  const last = createGate({ path: directory.database })
  expect(isListed(last, gate.agency.id)).toBe(false)
  expect(atOnce(last.services.doNotCall.page(gate.agency.id, { limit: 9 }))).toEqual([])
  last.database.close()
})

test('a key of hashes that was rolled back is not used', async () => {
  const gate = createGate()
  const { commit, doNotCall } = { ...gate.services, commit: gate.database.transaction }
  const entry = { phoneNumber: phone_number, source: 'manual', reason: null, addedAt: 1, expiresAt: null }
  expect(() =>
    atOnce(
      commit(function* () {
        yield* doNotCall.replace(null, entry)
        expect(isListed(gate)).toBe(true)
        throw new Error('the disk is full')
      }),
    ),
  ).toThrow('the disk is full')
  expect(isListed(gate)).toBe(false)
  atOnce(commit(() => doNotCall.replace(null, entry)))
  expect(isListed(gate)).toBe(true)
  expect(gate.database.sqlite.query('select count(*) as n from sealed_keys').get()).toEqual({ n: 1 })
})

test.each([
  ['+493012345667', '+49…67'],
  ['+12025550107', '+1…07'],
  ['+35312345678', '+353…78'],
  ['+881612345678', '+881…78'],
  ['+99912345678', '+…78'],
])('of %s people see %s', (phoneNumber, hint) => {
  expect(numberHint(phoneNumber)).toBe(hint)
})
