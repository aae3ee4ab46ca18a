import { expect, test } from 'bun:test'
import { createGate, type Gate } from '../../support/gate.ts'
import { cookieOf, createOperator, enter, operator, postForm, textOf } from '../../support/page.ts'

const day = 24 * 60 * 60_000
const invited = { email: 'new@example.com', password: 'a long enough password' }
const tokenIn = (html: string) => /invitation\?token=([\w-]{43})/.exec(html)?.[1] ?? ''
type Operator = Awaited<ReturnType<typeof createOperator>>
const invite = async ({ post }: Operator, agency?: string) =>
  tokenIn(await (await post('/admin/people/invite', agency ? { agency } : {})).text())
const accept = (gate: Gate, token: string, account = invited) =>
  postForm(gate, '/admin/invitation', { token, ...account })
const emails = ({ services }: Gate) => services.people.list().map(({ person }) => person.email)

test('an invitation to an agency opens one account, signed in, which sees that agency alone', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate), gate.agency.id)
  expect(await textOf(await gate.request(`/admin/invitation?token=${token}`))).toContain('an admin of Acme')
  const joined = await accept(gate, token)
  expect([joined.status, joined.headers.get('location')]).toEqual([303, '/admin/agencies'])
  const headers = { cookie: cookieOf(joined) }
  const landed = await gate.request('/admin/agencies', { headers })
  expect(landed.headers.get('location')).toBe(`/admin/agencies/${gate.agency.id}`)
  expect((await gate.request(`/admin/agencies/${gate.agency.id}`, { headers })).status).toBe(200)
  expect((await postForm(gate, '/admin/sign-in', { ...invited })).status).toBe(303)
})

test('an invitation works once, and looking at it does not use it up', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate))
  for (let look = 0; look < 3; look++)
    expect((await gate.request(`/admin/invitation?token=${token}`)).status).toBe(200)
  const both = await Promise.all(
    ['one@example.com', 'two@example.com'].map((email) => accept(gate, token, { ...invited, email })),
  )
  expect(both.map(({ status }) => status).toSorted()).toEqual([303, 404])
  expect((await gate.request(`/admin/invitation?token=${token}`)).status).toBe(404)
  expect(emails(gate)).toHaveLength(2)
})

test('an invitation is over after seven days, and a wrong or missing token opens nothing', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate))
  expect((await gate.request('/admin/invitation')).status).toBe(404)
  expect((await accept(gate, 'wrong')).status).toBe(404)
  await gate.clock.advance(7 * day - 1)
  expect((await gate.request(`/admin/invitation?token=${token}`)).status).toBe(200)
  await gate.clock.advance(1)
  expect((await accept(gate, token)).status).toBe(404)
})

test('an invitation that was taken back opens nothing', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const token = await invite(page)
  const html = await (await page.visit('/admin/people')).text()
  const revoke = /action="(\/admin\/people\/invitations\/\w+\/revoke)"/.exec(html)?.[1] ?? ''
  expect((await page.post(revoke)).status).toBe(303)
  expect(await textOf(await page.visit('/admin/people'))).toContain('There are no pending invitations')
  expect((await accept(gate, token)).status).toBe(404)
})

test('an account that is refused leaves the invitation open and keeps the e-mail as typed', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate))
  for (const [account, reason] of [
    [{ ...invited, password: 'short' }, 'at least 12 characters'],
    [{ ...invited, email: ' OPS@example.com' }, 'already an account'],
    [{ ...invited, email: 'nobody' }, 'Enter a valid email address'],
  ] as const) {
    const refused = await accept(gate, token, account)
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain(reason)
    expect(html).toContain(`value="${account.email}"`)
    expect(html).not.toContain(account.password)
  }
  expect((await accept(gate, token)).status).toBe(303)
})

test('the token of a link is in the one answer that shows it, and only its hash is stored', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const token = await invite(page)
  expect(token).toHaveLength(43)
  expect(await (await page.visit('/admin/people')).text()).not.toContain(token)
  expect((await page.visit('/admin/people/invite')).headers.get('location')).toBe('/admin/people')
  const stored = gate.database.sqlite.query('select * from invitations').values().flat().join(' ')
  expect(stored).not.toContain(token)
})

test('a link leads to the public address, whatever host the request names', async () => {
  const gate = createGate({ publicUrl: 'https://calls.example.com' })
  const { cookie } = await createOperator(gate)
  const headers = { cookie, host: 'evil.example', 'sec-fetch-site': 'same-origin' }
  const html = await (await postForm(gate, '/admin/people/invite', {}, headers)).text()
  expect(html).toContain('value="https://calls.example.com/admin/invitation?token=')
  expect(html).not.toContain('evil.example')
})

test('a removed person is signed out with that answer, and cannot come back', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const joined = await accept(gate, await invite(page, gate.agency.id))
  const { id = '' } = gate.services.people.findByEmail(invited.email) ?? {}
  expect((await page.post(`/admin/people/${id}/remove`)).status).toBe(303)
  const home = await gate.request('/admin/account', { headers: { cookie: cookieOf(joined) } })
  expect(home.headers.get('location')).toBe('/admin/sign-in')
  expect((await postForm(gate, '/admin/sign-in', { ...invited })).status).toBe(401)
  expect((await page.post(`/admin/people/${id}/remove`)).status).toBe(404)
})

test('the last operator is never removed, however many admins there are', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  enter(gate, { agencyId: gate.agency.id })
  const { id = '' } = gate.services.people.findByEmail(operator.email) ?? {}
  const refused = await page.post(`/admin/people/${id}/remove`)
  expect([refused.status, await textOf(refused)]).toEqual([409, expect.stringContaining('last operator')])
  enter(gate, { role: 'operator' })
  const left = await page.post(`/admin/people/${id}/remove`)
  expect([left.status, left.headers.get('location')]).toEqual([303, '/admin/sign-in'])
})

test('an invited operator ends the setup link', async () => {
  const gate = createGate()
  const { cookie } = enter(gate, { role: 'operator' })
  expect((await gate.request('/admin/people', { headers: { cookie } })).status).toBe(200)
  gate.services.people.setSetupToken('hash', gate.clock.now() + day)
  expect(gate.services.people.hasSetupToken('hash', gate.clock.now())).toBe(false)
})

test('an agency’s admin sees no form that would be refused', async () => {
  const gate = createGate()
  const { cookie } = enter(gate, { agencyId: gate.agency.id })
  const home = `/admin/agencies/${gate.agency.id}`
  for (const path of [home, `${home}/integrations/api`, '/admin/account']) {
    const html = await (await gate.request(path, { headers: { cookie } })).text()
    for (const action of ['/plan"', '/dialling"', '/limits"', '/people', 'href="/admin/audit"'])
      expect([path, html.includes(action)]).toEqual([path, false])
  }
})
