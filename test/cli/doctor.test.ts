import { expect, test } from 'bun:test'
import { chmodSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { type Check, judge } from '../../src/cli/checks.ts'
import type { AgentDials } from '../../src/providers/kinds.ts'
import { noRules } from '../../src/policy/rules.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { createStores } from '../../src/storage/stores.ts'
import { makeCertificate } from '../support/certificate.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeOidc } from '../support/fakes/oidc.ts'
import { gateOwner } from '../support/policy.ts'
import { withoutAuditTriggers } from '../support/unbound.ts'
import { atOnce } from '../../src/work.ts'

const examine = async (path: string, settings: Record<string, string> = {}) => {
  let out = ''
  let err = ''
  const code = await run(['doctor', '--json'], {
    env: { CALLGATE_DATA_DIR: path, ...settings },
    isTerminal: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  })
  const { checks } = JSON.parse(out || '{"checks":[]}') as { checks: Check[] }
  const unwell = Object.fromEntries(
    checks.filter(({ level }) => level !== 'ok').map(({ name, level }) => [name, level]),
  )
  const told = err === '' ? '' : `${(JSON.parse(err) as { error: string }).error}\n`
  return { code, err: told, unwell, says: checks.map(({ says }) => says).join('\n') }
}

/** A data directory with a provider account, whose credentials are sealed. */
const filled = () => {
  const directory = temporaryDirectory()
  const dataDir = new DataDir({ dataDir: directory.path, secret: null })
  const database = dataDir.openDatabase()
  const { agencies, accounts, agents, audit, environments, policies, webhooks } = createStores(
    database,
    dataDir.secret(),
  )
  const choose = (countries: string[] | null) =>
    atOnce(policies.set(gateOwner, 'operator', { ...noRules, countries }, Date.now()))
  choose(['US'])
  const agency = atOnce(agencies.create('Acme', 'agency', Date.now()))
  const credentials = { api_key: 'a very secret key', hook_secret: 'a very secret hook' }
  atOnce(accounts.save({ agencyId: agency.id, provider: 'vapi', baseUrl: null, credentials }, Date.now()))
  const [environment] = atOnce(environments.list(agency.id))
  atOnce(webhooks.save(environment?.id ?? '', 'https://example.com/', 'whsec_very secret', Date.now()))
  atOnce(audit.record({ at: Date.now(), actor: 'x', address: null, action: 'signed_in' }))
  const addAgent = (dials: AgentDials) =>
    void atOnce(agents.create(agency.id, { name: 'Ann', ...dials }, Date.now()))
  return {
    ...directory,
    addAgent,
    choose,
    sqlite: database.sqlite,
    file: (name: string) => join(directory.path, name),
  }
}

test('a directory in order is found well, and nothing secret is told', async () => {
  using data = filled()
  const { code, err, unwell, says } = await examine(data.path)
  expect({ code, err, unwell }).toEqual({ code: 0, err: '', unwell: {} })
  expect(says).toContain('decrypts all 2 encrypted credentials')
  expect(says).not.toContain('very secret')
})

test('a setting that opens more than it should is warned of', async () => {
  using data = filled()
  const { code, unwell, says } = await examine(data.path, { CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true' })
  expect({ code, unwell }).toEqual({ code: 0, unwell: { settings: 'warn' } })
  expect(says).toContain(
    'CALLGATE_ALLOW_PRIVATE_DESTINATIONS: every agency can send requests to this machine',
  )
})

test('countries that nobody has chosen, and all of them, are warned of', async () => {
  using data = filled()
  for (const [countries, says] of [
    [null, 'so no call rings a phone'],
    [['*'], 'every country may be called'],
  ] as const) {
    data.choose(countries && [...countries])
    const found = await examine(data.path)
    expect([found.code, found.unwell]).toEqual([0, { countries: 'warn' }])
    expect(found.says).toContain(says)
  }
})

test('agents that cannot place calls are named with the reason, some of many, and the others are counted, but for deleted ones', async () => {
  using data = filled()
  const bad = { provider: 'twilio', ref: 'not-a-url', fromNumber: '+15550001111' }
  data.addAgent({ ...bad, ref: 'https://twiml.example/answer' })
  data.addAgent({ provider: 'simulator', ref: null, fromNumber: null })
  expect((await examine(data.path)).says).toContain('1 at a provider, all complete')
  for (const _ of Array.from({ length: 5 })) data.addAgent(bad)
  const { says } = await examine(data.path)
  const line = says.split('\n').find((each) => each.includes('cannot place calls')) ?? ''
  expect(line).toStartWith('5 of 6 cannot place calls: Ann (')
  expect(line.match(/must be an https URL/g)).toHaveLength(3)
  expect(line).not.toContain('not-a-url')
  data.sqlite.run("update agents set deleted_at = 1 where ref = 'not-a-url'")
  expect((await examine(data.path)).says).toContain('1 at a provider, all complete')
})

test('permissions that were not checked on Windows are not called good', () => {
  using data = filled()
  const findings = new DataDir({ dataDir: data.path, secret: null }).inspect()
  const said = judge({ ...findings, open: null }, Date.now()).find(({ name }) => name === 'permissions')
  expect(said?.says).toStartWith('not checked on Windows')
})

test.each<[string, (data: ReturnType<typeof filled>) => void, Record<string, Check['level']>, number]>([
  ['a secret that is gone', ({ file }) => rmSync(file('secret')), { secret: 'fail', audit: 'warn' }, 1],
  [
    'a secret that is another',
    ({ file }) => void Bun.write(file('secret'), 'x'.repeat(43)),
    { secret: 'fail', audit: 'warn' },
    1,
  ],
  [
    'an agent that its provider never takes',
    ({ addAgent }) => addAgent({ provider: 'twilio', ref: 'not-a-url', fromNumber: '+15550001111' }),
    { agents: 'warn' },
    0,
  ],
  ['files that others may read', ({ file }) => chmodSync(file('secret'), 0o644), { permissions: 'warn' }, 0],
  ['a directory that others may read', ({ path }) => chmodSync(path, 0o755), { permissions: 'warn' }, 0],
  [
    'rows from the future',
    ({ sqlite }) => sqlite.run(`update agencies set created_at = ${Date.now() + 3_600_000}`),
    { clock: 'warn' },
    0,
  ],
  [
    'a newer callgate’s rows',
    ({ sqlite }) =>
      sqlite.run("insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)"),
    { migrations: 'fail' },
    1,
  ],
  [
    'a base URL that somebody changed',
    ({ sqlite }) => sqlite.run("update provider_accounts set base_url = 'https://evil.example'"),
    { secret: 'fail' },
    1,
  ],
  [
    'a trigger that callgate did not make',
    ({ sqlite }) =>
      sqlite.run("create trigger t after insert on calls begin update agencies set name = 'x'; end"),
    { schema: 'fail' },
    1,
  ],
  [
    'an audit that somebody changed',
    ({ sqlite }) =>
      withoutAuditTriggers(sqlite, () => sqlite.run("update audit set target = 'another' where number = 1")),
    { audit: 'fail' },
    1,
  ],
  [
    'a damaged database',
    ({ sqlite, database }) => {
      sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
      truncateSync(database, 4096 * 5)
    },
    { database: 'fail' },
    1,
  ],
])('%s is found', async (_, spoil, expected, exitCode) => {
  using data = filled()
  spoil(data)
  const { code, err, unwell } = await examine(data.path)
  expect({ code, unwell }).toEqual({ code: exitCode, unwell: expected })
  const failed = Object.keys(expected).filter((name) => expected[name] === 'fail')
  expect(err).toBe(exitCode === 0 ? '' : `Failed checks: ${failed.join(', ')}.\n`)
})

test('a server that runs elsewhere than its environment says is found, and its lock is left alone', async () => {
  using data = filled()
  const held = new DataDir({ dataDir: data.path, secret: null }).lock()
  const { code, unwell } = await examine(data.path, { CALLGATE_PORT: '1' })
  expect({ code, unwell }).toEqual({ code: 0, unwell: { server: 'warn' } })
  held?.unlock()
  expect((await examine(data.path)).unwell).toEqual({})
})

test('a certificate is looked at, and one that ends soon is found', async () => {
  using data = filled()
  using files = temporaryDirectory()
  const settingsOf = ({ certFile, keyFile }: ReturnType<typeof makeCertificate>) => ({
    CALLGATE_TLS_CERT: certFile,
    CALLGATE_TLS_KEY: keyFile,
  })
  expect((await examine(data.path, settingsOf(makeCertificate(files.path, 'good')))).unwell).toEqual({})
  const soon = await examine(data.path, settingsOf(makeCertificate(files.path, 'soon', 3)))
  expect({ code: soon.code, unwell: soon.unwell }).toEqual({ code: 0, unwell: { certificate: 'warn' } })
})

test('the doctor makes no data directory and no secret', async () => {
  using directory = temporaryDirectory()
  const { code, err } = await examine(join(directory.path, 'none'))
  expect({ code, err: err.slice(0, 26) }).toEqual({ code: 1, err: 'There is no callgate data ' })
})

test('an OpenID Connect provider that can be used is well, and one that cannot is said to fail, and why', async () => {
  using data = filled()
  await using provider = await startFakeOidc()
  const settings = {
    CALLGATE_PUBLIC_URL: 'https://calls.example.com',
    CALLGATE_OIDC_ISSUER: provider.url,
    CALLGATE_OIDC_CLIENT_ID: 'callgate',
    CALLGATE_OIDC_CLIENT_SECRET: 'very secret',
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: '127.0.0.0/8',
  }
  const well = await examine(data.path, settings)
  expect({ code: well.code, unwell: well.unwell }).toEqual({ code: 0, unwell: {} })
  expect(well.says).toContain(`${provider.url} can be used`)
  provider.ways.status = 503
  const ill = await examine(data.path, settings)
  expect({ code: ill.code, unwell: ill.unwell }).toEqual({ code: 1, unwell: { 'single sign-on': 'fail' } })
  expect(ill.says).toContain('cannot be used')
  expect(ill.says).not.toContain('very secret')
})
