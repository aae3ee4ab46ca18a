import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { http } from '../../src/providers/http.ts'
import { vapi } from '../../src/providers/vapi.ts'
import { checkAccount } from '../../src/providers/credentials.ts'
import { run } from '../../src/cli/run.ts'
import { createAccountStore } from '../../src/storage/accounts.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { type Binding, Vault } from '../../src/storage/vault.ts'
import { temporaryDataDir, temporaryDirectory } from '../support/directory.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { loseSecret } from '../support/lost-secret.ts'
import { answer, createGate } from '../support/gate.ts'
import { createOperator, textOf } from '../support/page.ts'
import { connect, until } from '../support/scenarios.ts'
import { atOnce } from '../../src/work.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const sealing = 'a secret for tests, of 32 or more'
const main = join(import.meta.dir, '../../src/main.ts')
const publicOnly = { allowPrivate: false }

test('credentials are in no file of the data directory, and come back whole', () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const { accounts } = gate.services
  const given = {
    agencyId: gate.agency.id,
    provider: 'http',
    baseUrl: 'https://dial.test',
    credentials: { hook_secret: secret },
  }
  const row = atOnce(accounts.save(given, 1))
  expect(accounts.open(row)).toEqual({ hook_secret: secret })
  expect(row.hints).toEqual({ hook_secret: 'LaSw' })
  for (const name of readdirSync(directory.path))
    expect(readFileSync(join(directory.path, name)).includes(secret)).toBe(false)
})

test('saving again keeps the account’s id, so that what was pasted at the provider stays right', () => {
  const gate = createGate()
  const { accounts } = gate.services
  const given = {
    agencyId: gate.agency.id,
    provider: 'http',
    baseUrl: 'https://dial.test',
    credentials: { hook_secret: secret },
  }
  const [first, second] = [
    atOnce(accounts.save(given, 1)),
    atOnce(accounts.save({ ...given, baseUrl: 'https://other.test' }, 2)),
  ]
  expect(second.id).toBe(first.id)
  expect(atOnce(accounts.list(gate.agency.id))).toHaveLength(1)
})

test('accounts saved at once by the page and the command line: one row, and the later one’s credentials, whole', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database, secret: sealing })
  gate.database.sqlite.run('PRAGMA busy_timeout = 5000')
  const { agency, services } = gate
  const { post } = await createOperator(gate)
  const vapiServer = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.json([]) })
  const fields = (who: string) => ({
    api_key: `api-key-of-${who}`,
    hook_secret: `hook-secret-that-is-of-${who}`,
  })
  const byCommand = (who: string) => {
    const credentials = Object.entries(fields(who)).flatMap(([name, value]) => [
      '--credential',
      `${name}=${value}`,
    ])
    const args = [
      'provider',
      'set',
      '--agency',
      agency.id,
      '--provider',
      'vapi',
      '--unchecked',
      ...credentials,
    ]
    const env = {
      ...process.env,
      CALLGATE_DATA_DIR: directory.path,
      CALLGATE_SECRET: sealing,
      CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
    }
    return Bun.spawn([process.execPath, main, ...args], { env, stdout: 'ignore', stderr: 'inherit' }).exited
  }
  const byPage = async (who: string) =>
    (
      await post(`/admin/agencies/${agency.id}/integrations/providers/vapi`, {
        ...fields(who),
        base_url: vapiServer.url.origin,
      })
    ).status
  const outcomes = await Promise.all([
    byCommand('ann'),
    byPage('ben'),
    byCommand('cleo'),
    byPage('dan'),
    byCommand('eve'),
  ])
  await vapiServer.stop(true)
  expect(outcomes).toEqual([0, 303, 0, 303, 0])
  const [account, ...others] = atOnce(services.accounts.list(agency.id))
  expect(others).toEqual([])
  const kept = account ? services.accounts.open(account) : {}
  expect(['ann', 'ben', 'cleo', 'dan', 'eve'].map(fields)).toContainEqual(kept as ReturnType<typeof fields>)
}, 20_000)

test('an account that another process saved first is replaced, not doubled', () => {
  using directory = temporaryDirectory()
  const one = createGate({ path: directory.database })
  const two = openDatabase(directory.database)
  const given = { agencyId: one.agency.id, provider: 'vapi', baseUrl: null }
  const save = (who: string, store: ReturnType<typeof createAccountStore>) =>
    atOnce(store.save({ ...given, credentials: { api_key: `api-key-of-${who}` } }, 1))
  const other = createAccountStore(two, new Vault(sealing))
  // The other one comes between the look for an earlier account and the writing, as another process would.
  class Interrupted extends Vault {
    override seal(plain: string, binding: Binding) {
      expect(() => save('other', other)).toThrow('locked')
      return super.seal(plain, binding)
    }
  }
  const interrupted = createAccountStore(one.database, new Interrupted(sealing))
  const first = save('first', interrupted)
  expect(save('other', other).id).toBe(first.id)
  expect(atOnce(one.services.accounts.list(one.agency.id))).toHaveLength(1)
  two.close()
})

test('a changed account is used from the next call on', async () => {
  await using one = await startFakeHttp()
  await using two = await startFakeHttp()
  const { gate, place } = connect(one)
  await place()
  atOnce(
    gate.services.accounts.save(
      { agencyId: gate.agency.id, provider: 'http', baseUrl: two.baseUrl, credentials: two.credentials },
      gate.clock.now(),
    ),
  )
  const call = await place()
  expect([one.createsOf(call.id), two.createsOf(call.id)]).toEqual([0, 1])
})

test('without an account a call fails at once, with a reason', async () => {
  await using fake = await startFakeHttp()
  const { gate, account, place, slots } = connect(fake)
  atOnce(gate.services.accounts.remove(account.id))
  const call = await place()
  expect(call.now()).toMatchObject({ status: 'failed', reason: 'No http account is connected.' })
  expect(slots()).toBe(0)
})

test('under another secret an account refuses its calls, and nothing is sent', async () => {
  using directory = temporaryDirectory()
  await using fake = await startFakeHttp()
  const before = createGate({ path: directory.database, secret: 'the secret of before, 32 or more' })
  atOnce(
    before.services.accounts.save(
      { agencyId: before.agency.id, provider: 'http', baseUrl: fake.baseUrl, credentials: fake.credentials },
      1,
    ),
  )
  const { agency, services } = before
  const agent = atOnce(services.agents.create(agency.id, { name: 'Real', provider: 'http' }, 1))
  atOnce(services.environments.setDefaultAgent(before.production.id, agent.id))
  loseSecret(directory.database, 'quite another secret, 32 or more')
  const after = createGate({ path: directory.database, secret: 'quite another secret, 32 or more' })
  const { call_id = '' } = await answer(await after.trigger('00', before.key))
  await after.clock.advance(0)
  await until(() => atOnce(after.services.calls.find(call_id))?.endedAt !== null)
  expect(atOnce(after.services.calls.find(call_id))?.reason).toContain(
    'encrypted with a different CALLGATE_SECRET',
  )
  expect(fake.createsOf(call_id)).toBe(0)
})

describe('staging', () => {
  const stagingCall = async (dialsReal: boolean) => {
    const fake = await startFakeHttp()
    const { gate } = connect(fake)
    const { environments, agents, calls } = gate.services
    const staging = gate.environment('staging')
    const real = atOnce(agents.list(gate.agency.id)).find(({ provider }) => provider === 'http')
    atOnce(environments.setDefaultAgent(staging.id, real?.id ?? null))
    if (dialsReal) atOnce(environments.setDialsReal(staging.id, true))
    const { call_id = '' } = await answer(await gate.trigger('00', gate.issue(staging.id)))
    await gate.clock.advance(0)
    await until(() => atOnce(calls.find(call_id))?.dispatch === 'placed')
    const creates = fake.createsOf(call_id)
    await fake[Symbol.asyncDispose]()
    return { creates, provider: atOnce(calls.find(call_id))?.provider }
  }

  test('never rings a real phone by accident, whatever the agent’s provider', async () => {
    expect(await stagingCall(false)).toEqual({ creates: 0, provider: 'simulator' })
  })

  test('warns on the page before phones ring, and says that they do', async () => {
    const gate = createGate()
    const { visit, post } = await createOperator(gate)
    const integrations = `/admin/agencies/${gate.agency.id}/integrations`
    const card = async () => await textOf(await visit(`${integrations}/api`))
    expect(await card()).toContain(
      'With real dialling, staging calls go to the agent’s provider. Phones ring, and the provider charges you.',
    )
    expect((await post(`${integrations}/api/staging/dialling`, { real: 'true' })).status).toBe(303)
    expect(gate.environment('staging').dialsReal).toBe(true)
    expect(await card()).toContain('Real dialling is on')
  })

  test('warns on the command line', async () => {
    using directory = temporaryDataDir()
    const shell = async (line: string) => {
      let out = ''
      const io = { env: { CALLGATE_DATA_DIR: directory.path }, isTerminal: false, err: () => {} }
      await run(line.split(' '), { ...io, out: (text) => (out += text) })
      return out
    }
    const { id } = JSON.parse(await shell('agency create --name Acme --plan agency --json')) as { id: string }
    const dial = `environment dial --agency ${id} --environment staging`
    expect(await shell(`${dial} --real`)).toContain('Calls in staging now ring real phones')
    expect(await shell(`${dial} --simulated`)).toContain('Calls in staging now ring no phone')
  })

  test('dials for real once the operator says so', async () => {
    expect(await stagingCall(true)).toEqual({ creates: 1, provider: 'http' })
  })
})

describe('what is given for an account', () => {
  test.each([
    [
      'a credential that is not known',
      { api_key: 'x', hook_secret: secret },
      'https://a.test',
      'accepts only these credentials: hook_secret',
    ],
    [
      'a secret of the wrong form',
      { hook_secret: 'sesame' },
      'https://a.test',
      'hook_secret has the wrong form',
    ],
    ['no base URL where one is needed', { hook_secret: secret }, null, 'needs a base URL'],
    ['a base URL that is none', { hook_secret: secret }, 'dial.test', 'it is not a valid URL'],
    [
      'a base URL with a password',
      { hook_secret: secret },
      'https://a:b@dial.test',
      'it contains a user name or a password',
    ],
  ])('%s is refused, and never repeated', (_, given, baseUrl, sentence) => {
    const { problems = [] } = checkAccount(http, given, baseUrl, publicOnly)
    const said = problems.map((problem) => problem.sentence).join(' ')
    expect(said).toContain(sentence)
    expect(said).not.toContain('sesame')
  })

  test('another address gets none of the credentials that there were', () => {
    const earlier = { credentials: { api_key: 'sk-secret', hook_secret: 'hook' }, baseUrl: null }
    const { problems } = checkAccount(vapi, {}, 'https://elsewhere.test', publicOnly, earlier)
    expect(problems).toEqual([
      { field: 'credential.api_key', sentence: 'Vapi needs the credential api_key.' },
      { field: 'credential.hook_secret', sentence: 'Vapi needs the credential hook_secret.' },
    ])
  })

  test('an empty field keeps the value there was', () => {
    const checked = checkAccount(http, { hook_secret: ' ' }, 'https://a.test/', publicOnly, {
      credentials: { hook_secret: secret },
      baseUrl: 'https://a.test',
    })
    expect(checked).toEqual({
      problems: undefined,
      credentials: { hook_secret: secret },
      baseUrl: 'https://a.test',
      made: {},
    })
  })
})

describe('the page of a provider', () => {
  const path = (agency: string) => `/admin/agencies/${agency}/integrations/providers/http`

  test('saves an account that works, shows the hook’s address, and a made secret once', async () => {
    const gate = createGate({ publicUrl: 'https://gate.test' })
    const { visit, post } = await createOperator(gate)
    await using fake = await startFakeHttp()
    await using server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () => Response.json({ ok: true }),
    })
    const saved = await (
      await post(path(gate.agency.id), { hook_secret: '', base_url: server.url.href })
    ).text()
    const made = /whsec_[\w+/=]+/.exec(saved)?.[0] ?? ''
    const account = atOnce(gate.services.accounts.findFor(gate.agency.id, 'http'))
    expect(account && gate.services.accounts.open(account)).toEqual({ hook_secret: made })
    const later = await (await visit(path(gate.agency.id))).text()
    expect(later).toContain(`https://gate.test/hooks/http/${account?.id}`)
    expect(later).not.toContain(made)
    expect(later).toContain(`…${made.slice(-4)}`)
    expect(fake.complaints).toEqual([])
  })

  test('says when no provider elsewhere can reach the hook', async () => {
    const notice = 'Providers on the internet can’t reach this URL. Set CALLGATE_PUBLIC_URL'
    for (const [publicUrl, isSaid] of [
      [null, true],
      ['https://gate.test', false],
    ] as const) {
      const gate = createGate({ publicUrl })
      const { agency, clock, services } = gate
      const credentials = { hook_secret: secret }
      const account = { agencyId: agency.id, provider: 'http', baseUrl: 'https://dial.test', credentials }
      atOnce(services.accounts.save(account, clock.now()))
      const { visit } = await createOperator(gate)
      expect((await textOf(await visit(path(agency.id)))).includes(notice)).toBe(isSaid)
    }
  })

  test('does not save what does not work, and says why', async () => {
    const gate = createGate()
    const { post } = await createOperator(gate)
    const refused = await post(path(gate.agency.id), { hook_secret: secret, base_url: 'http://127.0.0.1:1' })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('could not be reached')
    expect(html).toContain('value="http://127.0.0.1:1"')
    expect(html).not.toContain(secret)
    expect(atOnce(gate.services.accounts.list(gate.agency.id))).toEqual([])
  })

  test('removes an account', async () => {
    await using fake = await startFakeHttp()
    const { gate } = connect(fake)
    const { visit, post } = await createOperator(gate)
    expect(await textOf(await visit(path(gate.agency.id)))).toContain('Connected. Last saved')
    expect((await post(`${path(gate.agency.id)}/remove`)).status).toBe(303)
    expect(atOnce(gate.services.accounts.list(gate.agency.id))).toEqual([])
  })
})
