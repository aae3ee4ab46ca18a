import { expect, test } from 'bun:test'
import { readConfig } from '../../../src/config.ts'
import { startFakeOidc } from '../../support/fakes/oidc.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { enter, operator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

type Provider = Awaited<ReturnType<typeof startFakeOidc>>

const settingsOf = ({ url, client }: Provider) => ({
  publicUrl: 'http://localhost',
  oidc: { issuer: url, clientId: client.id, clientSecret: client.secret },
})

const begin = async (gate: Gate) => {
  const response = await gate.request('/admin/sign-in/oidc')
  const cookie = response.headers.get('set-cookie') ?? ''
  return { response, cookie, target: response.headers.get('location') ?? '' }
}
const comeBack = (gate: Gate, back: URL, cookie: string) =>
  gate.request(`${back.pathname}${back.search}`, { headers: { cookie: cookie.split(';')[0] ?? '' } })

/** From the sign-in page to the provider and back; `change` is what happens on the way. */
const signIn = async (gate: Gate, provider: Provider, change: (back: URL) => void = () => {}) => {
  const { cookie, target } = await begin(gate)
  const back = provider.authorize(target)
  change(back)
  return comeBack(gate, back, cookie)
}
const sessionIn = (response: Response) =>
  response.headers.getSetCookie().find((cookie) => /^callgate=[\w-]{43};/.test(cookie))
const isIn = async (gate: Gate, session = '') =>
  (await gate.request('/admin/account', { headers: { cookie: session.split(';')[0] ?? '' } })).status === 200

const createPlace = async () => {
  const provider = await startFakeOidc()
  const gate = createGate(settingsOf(provider))
  const { person } = enter(gate, { role: 'operator', email: operator.email })
  atOnce(gate.services.people.closeSessions(person.id))
  return { provider, gate, person, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() }
}

test('a verified e-mail address opens its account, by a page that goes on by itself', async () => {
  await using place = await createPlace()
  const { gate, provider } = place
  expect(await textOf(await gate.request('/admin/sign-in'))).toContain('Sign in with single sign-on')
  const response = await signIn(gate, provider)
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('content="0;url=/admin"')
  expect(await isIn(gate, sessionIn(response))).toBe(true)
  expect(atOnce(gate.services.audit.list({ limit: 1 }))).toMatchObject([
    { action: 'signed_in', actor: operator.email, target: 'single sign-on' },
  ])
})

test('the browser leaves with state, nonce and a PKCE challenge, each time others, in a cookie out of reach of scripts', async () => {
  await using place = await createPlace()
  const [first, second] = [await begin(place.gate), await begin(place.gate)]
  for (const name of ['state', 'nonce', 'code_challenge']) {
    const [one, other] = [first, second].map(({ target }) => new URL(target).searchParams.get(name))
    expect(one?.length).toBeGreaterThan(40)
    expect(one).not.toBe(other)
  }
  expect(first.cookie).toMatch(/^callgate-oidc=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/)
  expect(first.response.status).toBe(303)
  expect(place.provider.asked.filter((path) => path.includes('well-known'))).toHaveLength(1)
})

test.each([
  ['HTTP Basic where the provider says nothing', undefined, 'token by basic'],
  [
    'HTTP Basic where the provider takes both',
    ['client_secret_post', 'client_secret_basic'],
    'token by basic',
  ],
  ['the form where the provider takes only that', ['client_secret_post'], 'token by post'],
])('the client proves itself by %s', async (_what, authMethods, asked) => {
  await using place = await createPlace()
  place.provider.ways.authMethods = authMethods
  expect((await signIn(place.gate, place.provider)).status).toBe(200)
  expect(place.provider.asked).toContain(asked)
})

test('an address that only the provider’s user information has counts as well', async () => {
  await using place = await createPlace()
  place.provider.ways.byUserInfo = true
  expect((await signIn(place.gate, place.provider)).status).toBe(200)
})

test('nobody is made an account, whatever the provider says of them', async () => {
  await using place = await createPlace()
  place.provider.ways.person = { email: 'stranger@example.com', email_verified: true, role: 'operator' }
  const response = await signIn(place.gate, place.provider)
  expect([response.status, await textOf(response)]).toEqual([
    403,
    expect.stringContaining('There is no account with your email address'),
  ])
  expect(atOnce(place.gate.services.people.list())).toHaveLength(1)
  expect(sessionIn(response)).toBeUndefined()
})

test.each([
  ['is not verified', { email: operator.email, email_verified: false }],
  ['is not said to be verified', { email: operator.email }],
  ['is said to be verified in other words', { email: operator.email, email_verified: 'true' }],
  ['is missing', { email_verified: true }],
])('an address that %s opens nothing', async (_what, person) => {
  await using place = await createPlace()
  place.provider.ways.person = person
  const response = await signIn(place.gate, place.provider)
  expect([response.status, await textOf(response)]).toEqual([
    403,
    expect.stringContaining('has not verified your email address'),
  ])
})

const hour = 3600
const spoilt: Record<string, (ways: Provider['ways']) => void> = {
  'signed by a foreign key': (ways) => (ways.forges = true),
  'of another issuer': (ways) => (ways.claims = { iss: 'https://elsewhere.example' }),
  'for another client': (ways) => (ways.claims = { aud: 'somebody-else' }),
  'with another nonce': (ways) => (ways.claims = { nonce: 'of another sign-in' }),
  'that is over': (ways) => (ways.claims = { exp: Math.floor(Date.now() / 1000) - hour }),
}
test.each(Object.entries(spoilt))('an ID token %s opens nothing', async (_what, spoil) => {
  await using place = await createPlace()
  spoil(place.provider.ways)
  const response = await signIn(place.gate, place.provider)
  expect([response.status, await textOf(response)]).toEqual([
    401,
    expect.stringContaining('did not confirm who you are'),
  ])
  expect(sessionIn(response)).toBeUndefined()
})

test.each([
  ['another state', (back: URL) => back.searchParams.set('state', 'another'), 401],
  ['no state', (back: URL) => back.searchParams.delete('state'), 401],
  ['a made-up code', (back: URL) => back.searchParams.set('code', 'made-up'), 401],
  ['an error of the provider', (back: URL) => (back.search = '?error=access_denied'), 401],
])('coming back with %s opens nothing, and repeats nothing', async (_what, change, status) => {
  await using place = await createPlace()
  const response = await signIn(place.gate, place.provider, change)
  expect(response.status).toBe(status)
  expect(await response.text()).not.toMatch(/made-up|access_denied/)
})

test('a code works once, in the browser that left with its cookie', async () => {
  await using place = await createPlace()
  const { gate, provider } = place
  const { cookie, target } = await begin(gate)
  const back = provider.authorize(target)
  const other = (await begin(gate)).cookie
  expect((await comeBack(gate, back, '')).status).toBe(400)
  expect((await comeBack(gate, back, 'callgate-oidc=nonsense')).status).toBe(400)
  expect((await comeBack(gate, back, other)).status).toBe(401)
  const response = await comeBack(gate, back, cookie)
  expect(response.status).toBe(200)
  expect(response.headers.getSetCookie().join()).toContain('callgate-oidc=; Path=/; Max-Age=0')
  expect((await comeBack(gate, back, cookie)).status).toBe(401)
})

test('of a provider that is not available the page says so, and it is asked again the next time', async () => {
  await using place = await createPlace()
  const { gate, provider } = place
  provider.ways.status = 503
  expect((await begin(gate)).response.status).toBe(502)
  provider.ways.status = 200
  expect((await signIn(gate, provider)).status).toBe(200)
  const closed = createGate({
    publicUrl: 'http://localhost',
    oidc: { issuer: 'http://127.0.0.1:9', clientId: 'callgate', clientSecret: 'secret' },
  })
  const { response } = await begin(closed)
  expect([response.status, await textOf(response)]).toEqual([
    502,
    expect.stringContaining('is not available'),
  ])
})

test('the provider is asked by the way out that forbids private addresses, unless they are allowed', async () => {
  await using provider = await startFakeOidc()
  const gate = createGate({ ...settingsOf(provider), allowPrivateDestinations: false })
  const { response } = await begin(gate)
  expect([response.status, provider.asked]).toEqual([502, []])
})

test('an address has twenty attempts a minute', async () => {
  await using place = await createPlace()
  const statuses = []
  for (let attempt = 0; attempt < 21; attempt++) statuses.push((await begin(place.gate)).response.status)
  expect(statuses.filter((status) => status === 429)).toHaveLength(1)
})

test('without a provider there is no such page, and the sign-in page offers none', async () => {
  const gate = createGate()
  enter(gate, { role: 'operator' })
  for (const path of ['/admin/sign-in/oidc', '/admin/sign-in/oidc/callback?code=1&state=2'])
    expect((await gate.request(path)).status).toBe(404)
  expect(await textOf(await gate.request('/admin/sign-in'))).not.toContain('single sign-on')
})

test('under https the cookie is bound to the host', async () => {
  await using provider = await startFakeOidc()
  const gate = createGate({ ...settingsOf(provider), publicUrl: 'https://calls.example.com' })
  const { cookie, target } = await begin(gate)
  expect(cookie).toMatch(
    /^__Host-callgate-oidc=[\w-]+; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/,
  )
  const { searchParams } = new URL(target)
  expect(searchParams.get('redirect_uri')).toBe('https://calls.example.com/admin/sign-in/oidc/callback')
})

const complete = {
  CALLGATE_PUBLIC_URL: 'https://calls.example.com',
  CALLGATE_OIDC_ISSUER: 'https://id.example.com/realms/main',
  CALLGATE_OIDC_CLIENT_ID: 'callgate',
  CALLGATE_OIDC_CLIENT_SECRET: 'secret',
}
test('the settings are complete or absent, and the issuer is one that requests may go to', () => {
  expect(readConfig(complete, false).oidc).toEqual({
    issuer: 'https://id.example.com/realms/main',
    clientId: 'callgate',
    clientSecret: 'secret',
  })
  expect(readConfig({}, false).oidc).toBeNull()
  for (const [changed, problem] of [
    [{ CALLGATE_OIDC_ISSUER: undefined }, 'or none of them'],
    [{ CALLGATE_OIDC_CLIENT_ID: undefined }, 'or none of them'],
    [{ CALLGATE_OIDC_CLIENT_SECRET: undefined }, 'or none of them'],
    [{ CALLGATE_PUBLIC_URL: undefined }, 'needs CALLGATE_PUBLIC_URL'],
    [{ CALLGATE_OIDC_ISSUER: 'id.example.com' }, 'CALLGATE_OIDC_ISSUER: This URL cannot be used'],
    [{ CALLGATE_OIDC_ISSUER: 'http://id.example.com' }, 'must begin with https://'],
    [{ CALLGATE_OIDC_ISSUER: 'https://10.0.0.1' }, 'private'],
    [{ CALLGATE_OIDC_ISSUER: 'https://id.example.com/?a=b' }, 'must not have a query'],
  ] as const)
    expect(() => readConfig({ ...complete, ...changed }, false)).toThrow(problem)
})
