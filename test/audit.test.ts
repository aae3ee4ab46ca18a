import { expect, test } from 'bun:test'
import { run } from '../src/cli/run.ts'
import { DataDir } from '../src/data-dir/data-dir.ts'
import { userOfCommand } from '../src/user.ts'
import { temporaryDataDir } from './support/directory.ts'
import { startFakeHttp } from './support/fakes/http.ts'
import { createGate, type Gate } from './support/gate.ts'
import { cookieOf, createOperator, operator, postForm } from './support/page.ts'
import { atOnce } from '../src/work.ts'

const lines = ({ services }: Gate) => atOnce(services.audit.list({ limit: 100 })).toReversed()
const keyIn = (text: string) => /bvai_sk_[0-9A-Za-z]{38}/.exec(text)?.[0] ?? ''
const textOfAudit = (gate: Gate) => JSON.stringify(gate.database.sqlite.query('select * from audit').all())

test('whatever is done at the page leaves a line: who, what and to what, and never a secret', async () => {
  await using dialler = await startFakeHttp()
  const gate = createGate()
  const { post } = await createOperator(gate)
  const created = await post('/admin/agencies', { name: 'Made', plan: 'agency' })
  const home = created.headers.get('location') ?? ''
  const agency = home.split('/').at(-1) ?? ''
  const api = `${home}/integrations/api/production`
  await post(`${home}/plan`, { plan: 'growth' })
  await post(`${home}/agents`, { name: 'Ann' })
  const ann = atOnce(gate.services.agents.list(agency))[0]?.id ?? ''
  await post(`${home}/agents/default`, { environment: 'staging', agent: ann })
  const first = keyIn(await (await post(`${api}/key`)).text())
  const replaces = atOnce(gate.services.keys.live(gate.environment('production', agency).id))?.id ?? ''
  const second = keyIn(await (await post(`${api}/key`, { replaces })).text())
  await post(`${api}/access`, { enabled: 'false' })
  await post(`${api}/access`, { enabled: 'true' })
  await post(`${api}/dialling`, { real: 'false' })
  await post(`${api}/dialling`, { real: 'true' })
  const account = { base_url: dialler.baseUrl, ...dialler.credentials }
  await post(`${home}/integrations/providers/http`, account)
  await post(`${home}/integrations/providers/http/remove`)
  await gate.request(`/api/v1/key?api_key=${second}`)
  const changed = { current: operator.password, password: 'quite another password' }
  const cookie = cookieOf(await post('/admin/account/password', changed))
  await postForm(gate, '/admin/sign-out', {}, { cookie, 'sec-fetch-site': 'same-origin' })
  await postForm(gate, '/admin/sign-in', { ...operator, password: changed.password })

  expect(lines(gate).map(({ action, environment, target }) => [action, environment, target])).toEqual([
    ['person.joined', null, 'operator'],
    ['agency.created', null, 'Made'],
    ['plan.changed', null, 'from agency to growth'],
    ['agent.created', null, 'Ann'],
    ['default_agent.changed', 'production', 'Ann'],
    ['default_agent.changed', 'staging', 'Ann'],
    ['default_agent.changed', 'staging', 'Ann'],
    ['key.generated', 'production', `…${first.slice(-4)}`],
    ['key.rotated', 'production', `…${second.slice(-4)}, replacing …${first.slice(-4)}`],
    ['access.disabled', 'production', null],
    ['access.enabled', 'production', null],
    ['dialling.simulated', 'production', null],
    ['dialling.real', 'production', null],
    ['provider.saved', null, 'Your own dialler'],
    ['provider.removed', null, 'Your own dialler'],
    ['key.seen_in_url', 'production', `…${second.slice(-4)}`],
    ['password.changed', null, null],
    ['signed_out', null, null],
    ['signed_in', null, null],
  ])
  const doers = new Set(lines(gate).map(({ actor, action }) => (action === 'key.seen_in_url' ? '' : actor)))
  expect(doers).toEqual(new Set([operator.email, '']))
  const ofAgency = lines(gate).filter(({ agencyId }) => agencyId === agency)
  expect(ofAgency).toHaveLength(15)
  for (const secret of [
    first,
    second,
    operator.password,
    changed.password,
    ...Object.values(dialler.credentials),
  ]) {
    expect(secret.length).toBeGreaterThan(10)
    expect(textOfAudit(gate)).not.toContain(secret)
  }
})

test('a refused form and a wrong password leave no line', async () => {
  const gate = createGate()
  const { post, cookie } = await createOperator(gate)
  const before = textOfAudit(gate)
  const path = `/admin/agencies/${gate.agency.id}`
  await post('/admin/agencies', { name: '', plan: 'agency' })
  await post(`${path}/integrations/api/production/key`)
  await post(`${path}/plan`, { plan: 'gold' })
  await postForm(gate, '/admin/sign-in', { ...operator, password: 'not the password' })
  await postForm(gate, `${path}/plan`, { plan: 'growth' }, { cookie, 'sec-fetch-site': 'cross-site' })
  expect(textOfAudit(gate)).toBe(before)
})

test('a line of the page says from which address, over a real socket', async () => {
  const gate = createGate()
  const { cookie } = await createOperator(gate)
  const listening = gate.app.listen({ port: 0, hostname: '127.0.0.1' })
  const answer = await fetch(`http://127.0.0.1:${listening.server?.port}/admin/agencies`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ name: 'Near', plan: 'agency' }),
  })
  expect(answer.status).toBe(303)
  await listening.stop(true)
  expect(lines(gate).at(-1)).toMatchObject({ actor: operator.email, address: '127.0.0.1', target: 'Near' })
})

test('whatever a command changes leaves a line, and never a secret', async () => {
  using directory = temporaryDataDir()
  await using dialler = await startFakeHttp()
  const command = async (line: string) => {
    let out = ''
    const err = (text: string) => {
      throw new Error(text)
    }
    const env = {
      CALLGATE_DATA_DIR: directory.path,
      CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
      CALLGATE_PUBLIC_URL: 'https://calls.example.com',
    }
    await run([...line.split(' '), '--json'], { env, isTerminal: false, out: (text) => (out += text), err })
    return JSON.parse(out) as Record<string, string>
  }
  const { id: agency } = await command('agency create --name Acme --plan agency')
  const whose = `--agency ${agency} --environment production`
  await command(`agency plan --agency ${agency} --plan agency`)
  const { id: agent } = await command(`agent create --agency ${agency} --name Ann`)
  await command(`agent default ${whose} --agent ${agent}`)
  const { key = '' } = await command(`key generate ${whose}`)
  await command(`key rotate ${whose} --yes`)
  await command(`key disable ${whose} --yes`)
  await command(`key enable ${whose}`)
  await command(`environment dial ${whose} --simulated`)
  await command(`environment dial ${whose} --real`)
  const { hook_secret: secret } = dialler.credentials
  const account = `--base-url ${dialler.baseUrl} --credential hook_secret=${secret}`
  await command(`provider set --agency ${agency} --provider http ${account}`)
  await command(`provider remove --agency ${agency} --provider http --yes`)

  using stores = new DataDir({ dataDir: directory.path, secret: null }).openStores()
  const found = atOnce(stores.audit.list({ limit: 100 }))
  expect(found.toReversed().map(({ action }) => action)).toEqual([
    'agency.created',
    'plan.changed',
    'agent.created',
    'default_agent.changed',
    'default_agent.changed',
    'default_agent.changed',
    'key.generated',
    'key.rotated',
    'access.disabled',
    'access.enabled',
    'dialling.simulated',
    'dialling.real',
    'provider.saved',
    'provider.removed',
  ])
  expect(new Set(found.map(({ actor, agencyId }) => `${actor} ${agencyId}`))).toEqual(
    new Set([`command line (${userOfCommand({})}) ${agency}`]),
  )
  expect(JSON.stringify(found)).not.toContain(key)
  expect(JSON.stringify(found)).not.toContain(secret)
})
