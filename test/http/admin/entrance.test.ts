import { expect, test } from 'bun:test'
import { commandLineActor } from '../../../src/people/actor.ts'
import { invite, inviteToNewPassword } from '../../../src/people/invitation.ts'
import { makeSetupLink } from '../../../src/people/setup.ts'
import { createGate } from '../../support/gate.ts'
import {
  allowSetup,
  cookieOf,
  createOperator,
  enter,
  openLink,
  operator,
  postForm,
  textOf,
} from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const minute = 60_000
const signIn = (gate: ReturnType<typeof createGate>, password: string, email = operator.email) =>
  postForm(gate, '/admin/sign-in', { email, password })

test('setup makes the operator, signs them in, and is not there a second time', async () => {
  const gate = createGate()
  const token = allowSetup(gate)
  expect(await textOf(await openLink(gate, `/admin/setup/open#${token}`))).toContain('Set up callgate')
  const made = await postForm(gate, '/admin/setup', { token, ...operator })
  expect([made.status, made.headers.get('location')]).toEqual([303, '/admin'])
  const agencies = await gate.request('/admin/agencies', { headers: { cookie: cookieOf(made) } })
  expect(agencies.status).toBe(200)
  expect((await openLink(gate, `/admin/setup/open#${token}`)).status).toBe(404)
  expect((await postForm(gate, '/admin/setup', { token, ...operator })).status).toBe(404)
})

test('of two people who set up at once one becomes the operator', async () => {
  const gate = createGate()
  const token = allowSetup(gate)
  const both = await Promise.all(
    ['one@example.com', 'two@example.com'].map((email) =>
      postForm(gate, '/admin/setup', { token, email, password: operator.password }),
    ),
  )
  expect(both.map(({ status }) => status).toSorted()).toEqual([303, 404])
})

test('a setup link is over after 30 minutes, and a wrong or missing token opens nothing', async () => {
  const gate = createGate()
  const token = allowSetup(gate)
  expect((await postForm(gate, '/admin/setup', {})).status).toBe(404)
  expect((await openLink(gate, '/admin/setup/open#wrong')).status).toBe(404)
  await gate.clock.advance(30 * minute)
  expect((await openLink(gate, `/admin/setup/open#${token}`)).status).toBe(404)
})

test('no address and no page that is asked for holds the code of a link: it is sent in a form alone', async () => {
  const gate = createGate()
  const { services, clock } = gate
  const setup = atOnce(makeSetupLink(services, 'https://calls.example.com')) ?? ''
  const { person } = enter(gate, { role: 'operator' })
  const at = ['https://calls.example.com', clock.now()] as const
  const invitation = atOnce(invite(services.invitations, person, commandLineActor, ...at))
  const reset = atOnce(inviteToNewPassword(services.invitations, person, commandLineActor, ...at))
  for (const link of [setup, invitation.link, reset.link]) {
    expect(new URL(link)).toMatchObject({ search: '', hash: expect.stringMatching(/^#[\w-]{43}$/) })
    const asked = await gate.request(new URL(link).pathname)
    if (link === setup) expect(asked.status).toBe(404)
    else expect(await textOf(asked)).toContain('Paste the whole link')
  }
})

test.each([
  ['the code', (code: string) => code],
  ['the whole link', (code: string) => ` https://calls.example.com/admin/setup/open#${code}\n`],
  ['a link of an earlier version', (code: string) => `https://calls.example.com/admin/setup?token=${code}`],
])('who pastes %s gets the page behind it', async (_, pasted) => {
  const gate = createGate()
  const token = pasted(allowSetup(gate))
  expect(await textOf(await postForm(gate, '/admin/setup', { token }))).toContain('Create account')
  expect((await postForm(gate, '/admin/setup', { token, ...operator })).status).toBe(303)
})

test('a setup link that is over says how to get a new one, and one that is used that everything is set up', async () => {
  const gate = createGate()
  const token = allowSetup(gate)
  const behind = async () => textOf(await openLink(gate, `/admin/setup/open#${token}`))
  await gate.clock.advance(30 * minute)
  expect(await behind()).toContain(
    'For a new link, run "callgate person setup" on the server, or restart it.',
  )
  const posted = await postForm(gate, '/admin/setup', { token, ...operator })
  expect([posted.status, (await textOf(posted)).includes('callgate person setup')]).toEqual([404, true])
  await createOperator(gate)
  expect(await behind()).toContain('callgate is already set up. Sign in')
})

test('the sign-in page says that nobody can sign in yet, and how to set up, until somebody can', async () => {
  const gate = createGate()
  const page = async () => textOf(await gate.request('/admin/sign-in'))
  expect(await page()).toContain('Nobody can sign in yet. Open the setup link')
  await createOperator(gate)
  expect(await page()).not.toContain('Nobody can sign in yet')
})

test('where cookies are kept to https, who comes over plain http is told before they sign in', async () => {
  const notice = 'You can’t sign in over plain http here'
  const said = async (gate: ReturnType<typeof createGate>, headers: Record<string, string> = {}) => {
    const asked = ['/admin/sign-in', '/admin/setup/open'].map((path) => gate.request(path, { headers }))
    const opened = openLink(gate, `/admin/setup/open#${allowSetup(gate)}`, {
      ...headers,
      origin: 'http://localhost',
    })
    const pages = await Promise.all([...asked, opened].map(async (page) => textOf(await page)))
    return pages.map((page) => page.includes(notice))
  }
  const secure = createGate({ publicUrl: 'https://calls.example.com' })
  expect(await said(secure)).toEqual([true, true, true])
  expect(await said(secure, { 'sec-fetch-site': 'none' })).toEqual([false, false, false])
  expect(await said(createGate({ publicUrl: 'http://gate.lan' }))).toEqual([false, false, false])
  expect(await textOf(await secure.request('/admin/sign-in'))).toContain(
    'Open https://calls.example.com instead',
  )
})

test.each([
  ['a short password', { email: operator.email, password: 'short' }, 'at least 12 characters'],
  ['no e-mail address', { email: 'nobody', password: operator.password }, 'Enter a valid email address'],
])('setup refuses %s, says why and keeps the e-mail as typed', async (_, given, reason) => {
  const gate = createGate()
  const refused = await postForm(gate, '/admin/setup', { token: allowSetup(gate), ...given })
  expect(refused.status).toBe(422)
  const html = await refused.text()
  expect(html).toContain(reason)
  expect(html).toContain(`value="${given.email}"`)
  expect(html).not.toContain(given.password)
})

test('the right password opens a new session each time, whatever the case of the e-mail', async () => {
  const gate = createGate()
  const { cookie } = await createOperator(gate)
  const again = await signIn(gate, operator.password, ' OPS@example.com ')
  expect(again.status).toBe(303)
  expect(cookieOf(again)).not.toBe(cookie)
})

test('a wrong password, an unknown account and too many attempts read the same', async () => {
  const gate = createGate()
  await createOperator(gate)
  const wrong = await signIn(gate, 'not the password')
  const unknown = await signIn(gate, 'not the password', 'nobody@example.com')
  await signIn(gate, 'not the password')
  await signIn(gate, 'not the password')
  const throttled = await signIn(gate, operator.password)
  expect([wrong.status, unknown.status, throttled.status]).toEqual([401, 401, 429])
  const [sentence, ...others] = await Promise.all(
    [wrong, unknown, throttled].map(
      async (response) => /role="alert">([^<]+)/.exec(await response.text())?.[1],
    ),
  )
  expect(sentence).toContain('email or password is wrong')
  expect(others).toEqual([sentence, sentence])
})

test('every wrong password after the second doubles the wait, up to a minute, for unknown accounts too', async () => {
  const gate = createGate()
  await createOperator(gate)
  for (const email of [operator.email, 'nobody@example.com']) {
    const waits: number[] = []
    await gate.clock.advance(60_000)
    while (waits.length < 8) {
      const refused = await signIn(gate, 'not the password', email)
      if (refused.status === 401) continue
      expect(refused.status).toBe(429)
      waits.push(Number(refused.headers.get('retry-after')))
      await gate.clock.advance((waits.at(-1) ?? 0) * 1000)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  }
  expect((await signIn(gate, operator.password)).status).toBe(303)
}, 20_000)

test('guesses from one address do not shut an account for another', async () => {
  const gate = createGate()
  await createOperator(gate)
  const { passwords } = gate.services
  for (let guess = 0; guess < 20; guess++)
    await passwords.signIn(operator.email, 'not the password', '203.0.113.9')
  expect(await passwords.signIn(operator.email, operator.password, '203.0.113.9')).toHaveProperty('refused')
  expect(await passwords.signIn(operator.email, operator.password, '198.51.100.7')).toHaveProperty('person')
}, 20_000)

test('nor does a flood from everywhere, for an address that the account was entered from', async () => {
  const gate = createGate()
  await createOperator(gate)
  const { passwords, people, sessions } = gate.services
  const { id = '' } = atOnce(people.findByEmail(operator.email)) ?? {}
  atOnce(sessions.open(id, { request: new Request('http://localhost'), address: '198.51.100.7' }))
  const enters = () => passwords.signIn(operator.email, operator.password, '198.51.100.7')
  const flood = Array.from({ length: 40 }, (_, number) =>
    passwords.signIn(operator.email, 'not the password', `203.0.113.${number}`),
  )
  expect(await enters()).toHaveProperty('person')
  const refused = (await Promise.all(flood)).filter((result) => 'retryAfterSeconds' in result)
  expect(refused).toHaveLength(20)
}, 30_000)

test('an address has twenty attempts a minute over all accounts', async () => {
  const gate = createGate()
  await createOperator(gate)
  const { passwords } = gate.services
  const results = []
  for (let guess = 0; guess < 25; guess++)
    results.push(await passwords.signIn(`${guess}@example.com`, 'not the password', '203.0.113.9'))
  expect(results.filter((result) => 'retryAfterSeconds' in result)).toHaveLength(5)
  await gate.clock.advance(60_000)
  expect(await passwords.signIn(operator.email, operator.password, '203.0.113.9')).toHaveProperty('person')
}, 20_000)

test('a volley of guesses gets at most three looked at', async () => {
  const gate = createGate()
  await createOperator(gate)
  const volley = await Promise.all(Array.from({ length: 15 }, () => signIn(gate, 'not the password')))
  expect(volley.filter(({ status }) => status === 401)).toHaveLength(3)
}, 20_000)

test('a session ends after 30 idle minutes', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  await gate.clock.advance(29 * minute)
  expect((await visit('/admin/agencies')).status).toBe(200)
  await gate.clock.advance(29 * minute)
  expect((await visit('/admin/agencies')).status).toBe(200)
  await gate.clock.advance(30 * minute)
  expect((await visit('/admin/agencies')).status).toBe(303)
})

test('a session ends after 8 hours, however busy', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  for (let quarter = 1; quarter < 32; quarter++) {
    await gate.clock.advance(15 * minute)
    expect((await visit('/admin/agencies')).status).toBe(200)
  }
  await gate.clock.advance(15 * minute)
  expect((await visit('/admin/agencies')).status).toBe(303)
})

test('signing out ends the session on the server, not only in the browser', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const out = await post('/admin/sign-out')
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
  expect((await visit('/admin/agencies')).headers.get('location')).toStartWith('/admin/sign-in')
})

test('the session cookie is for this server alone, out of reach of scripts, and its token is not stored', async () => {
  const gate = createGate()
  const { cookie } = await createOperator(gate)
  const opened = await signIn(gate, operator.password)
  expect(opened.headers.get('set-cookie')).toMatch(/^callgate=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  const stored = gate.database.sqlite.query('select hash from sessions').values().flat()
  expect(stored).toHaveLength(2)
  expect(stored).not.toContain(cookie.split('=')[1])
})

test('under https the cookie is Secure and bound to the host', async () => {
  const gate = createGate({ publicUrl: 'https://calls.example.com' })
  await createOperator(gate)
  const opened = await signIn(gate, operator.password)
  expect(opened.headers.get('set-cookie')).toMatch(
    /^__Host-callgate=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
  )
})
