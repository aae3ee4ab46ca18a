import { expect, test } from 'bun:test'
import { setProvider } from '../../src/providers/operations/set.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { setWebhook } from '../../src/webhooks/operations/set.ts'
import { renameAgency } from '../../src/agencies/operations/agency.ts'
import { createStores } from '../../src/storage/stores.ts'
import { createGate, type Gate, testSecret } from '../support/gate.ts'
import { asBefore, sealUnbound } from '../support/unbound.ts'
import { atOnce } from '../../src/work.ts'

const credentials = { api_key: 'a-very-secret-key', hook_secret: 'a-very-secret-hook-of-24-characters' }

const connect = (gate: Gate, agencyId = gate.agency.id, baseUrl: string | null = 'https://one.example') =>
  atOnce(gate.services.accounts.save({ agencyId, provider: 'vapi', baseUrl, credentials }, 1))

const opened = ({ services }: Gate, id: string) => {
  const account = atOnce(services.accounts.find(id))
  if (!account) throw new Error('there is no account')
  return services.accounts.open(account)
}

/** Somebody else writes to the file; the server loads what it has in memory again. */
const tamper = ({ database }: Gate, sql: string, ...values: string[]) => {
  database.sqlite.run(sql, values)
  database.undone()
}

test.each([
  ['base URL', "update provider_accounts set base_url = 'https://evil.example'"],
  ['base URL taken away', 'update provider_accounts set base_url = null'],
  ['provider', "update provider_accounts set provider = 'retell'"],
])('a changed %s opens no credentials, and says so where they are used', async (_, sql) => {
  const gate = createGate()
  const { id } = connect(gate)
  expect(opened(gate, id)).toEqual(credentials)
  tamper(gate, sql)
  expect(() => opened(gate, id)).toThrow('for a different URL, or changed. Save them again.')
  const { provider = '' } = atOnce(gate.services.accounts.find(id)) ?? {}
  const placing = atOnce(gate.services.dialling.providerOf({ provider, accountId: id })).check()
  expect(await placing).toContain('cannot be used: Stored credentials cannot be decrypted')
})

test('credentials that are moved to another agency, or to another row, open nothing; the others go on', () => {
  const gate = createGate()
  const other = atOnce(gate.services.agencies.create('Other', 'agency', 1))
  const [ours, theirs] = [connect(gate), connect(gate, other.id)]
  const { sealed } = atOnce(gate.services.accounts.find(theirs.id)) ?? { sealed: '' }
  tamper(gate, 'update provider_accounts set sealed = ? where id = ?', sealed, ours.id)
  expect(() => opened(gate, ours.id)).toThrow('cannot be decrypted')
  expect(opened(gate, theirs.id)).toEqual(credentials)
})

test('a changed URL of a webhook signs nothing with its secrets, and rotating starts afresh', () => {
  const gate = createGate()
  const { webhooks } = gate.services
  const { id } = gate.production
  atOnce(webhooks.save(id, 'https://one.example/', 'whsec_first', 1))
  tamper(gate, "update webhooks set url = 'https://evil.example/'")
  const found = () => {
    const endpoint = atOnce(webhooks.find(id))
    if (!endpoint) throw new Error('there is no endpoint')
    return endpoint
  }
  expect(() => webhooks.secrets(found(), 2)).toThrow('cannot be decrypted')
  atOnce(webhooks.save(id, 'https://one.example/again', 'unused', 2))
  expect(() => webhooks.secrets(found(), 3)).toThrow('cannot be decrypted')
  atOnce(webhooks.rotate(id, 'whsec_second', 3))
  expect(webhooks.secrets(found(), 4)).toEqual(['whsec_second'])
})

test('a URL that is changed by its operation keeps the secrets, and so does a new name of the agency', async () => {
  const gate = createGate()
  const { perform, webhooks } = gate.services
  const { id } = connect(gate)
  const agency = gate.agency.id
  const hook = { agency, environment: 'production' as const, url: 'https://one.example/' }
  const { secret: first } = await perform(setWebhook, hook, commandLineActor)
  const rotated = { ...hook, rotate_secret: true }
  const { secret: second } = await perform(setWebhook, rotated, commandLineActor)
  await perform(setWebhook, { ...hook, url: 'https://two.example/' }, commandLineActor)
  await perform(renameAgency, { agency, name: 'Renamed' }, commandLineActor)
  const base = {
    agency,
    provider: 'vapi' as const,
    base_url: 'https://two.example',
    unchecked: true,
    credential: credentials,
  }
  await perform(setProvider, base, commandLineActor)
  const webhook = atOnce(webhooks.find(gate.production.id))
  expect(webhook && webhooks.secrets(webhook, gate.clock.now())).toEqual([second ?? '', first ?? ''])
  expect(opened(gate, id)).toEqual(credentials)
})

/** A database of the first version, with an account, a webhook in the middle of a rotation, and an audit. */
const before = () => {
  const gate = createGate()
  const { sqlite } = gate.database
  const { id } = connect(gate)
  atOnce(gate.services.webhooks.save(gate.production.id, 'https://one.example/', 'x', 1))
  for (const target of ['1', '2', '3'])
    atOnce(gate.services.audit.record({ at: 1, actor: 'x', address: null, action: 'signed_in', target }))
  const seal = (plain: string, label: string) => sealUnbound(testSecret, plain, label)
  const account = seal(JSON.stringify(credentials), `provider account ${id}`)
  sqlite.run('update provider_accounts set sealed = ?', [account])
  const [now, earlier] = ['now', 'earlier'].map((plain) => seal(plain, `webhook ${gate.production.id}`))
  sqlite.run('update webhooks set sealed = ?, previous_sealed = ?, previous_until = 9', [
    now ?? '',
    earlier ?? '',
  ])
  asBefore(sqlite)
  return { gate, id, account }
}

test('what an earlier version sealed is sealed for its purpose at the next start, and its audit chained', () => {
  const { gate, id, account } = before()
  const stores = createStores(gate.database, testSecret)
  const webhook = atOnce(stores.webhooks.find(gate.production.id))
  expect(webhook && stores.webhooks.secrets(webhook, 2)).toEqual(['now', 'earlier'])
  const after = atOnce(stores.accounts.find(id))
  expect(after && stores.accounts.open(after)).toEqual(credentials)
  expect(after?.sealed).toStartWith('v2.')
  expect(after?.sealed).not.toBe(account)
  expect(gate.database.sqlite.query('select number from audit order by number').values().flat()).toEqual([
    1, 2, 3,
  ])
})

test('it is done once: what is put back as it was sealed before opens nothing, with or without the check', () => {
  const { gate, id, account } = before()
  createStores(gate.database, testSecret)
  tamper(gate, "update provider_accounts set sealed = ?, base_url = 'https://evil.example'", account)
  const { accounts } = createStores(gate.database, testSecret)
  const found = atOnce(accounts.find(id))
  expect(() => found && accounts.open(found)).toThrow('cannot be decrypted')
  gate.database.sqlite.run('delete from secret_check')
  expect(() => createStores(gate.database, testSecret)).toThrow('the check of its secret is missing')
})

test('a start with another secret is refused, before and after the upgrade, and changes nothing', () => {
  const other = 'quite another secret, 32 or more'
  const { gate, id, account } = before()
  expect(() => createStores(gate.database, other)).toThrow('is not the one that this database is sealed with')
  expect(gate.database.sqlite.query('select sealed from provider_accounts').values()).toEqual([[account]])
  createStores(gate.database, testSecret)
  expect(() => createStores(gate.database, other)).toThrow('is not the one that this database is sealed with')
  expect(opened(gate, id)).toEqual(credentials)
})
