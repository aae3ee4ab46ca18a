import { expect, test } from 'bun:test'
import { commandLineActor } from '../../../src/people/actor.ts'
import { inviteToNewPassword } from '../../../src/people/invitation.ts'
import { createToken } from '../../../src/people/operations/tokens.ts'
import type { Person } from '../../../src/people/person.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import {
  cookieOf,
  createOperator,
  enter,
  linkTo,
  openLink,
  operator,
  postForm,
  textOf,
} from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const day = 24 * 60 * 60_000
const invited = { email: 'new@example.com', password: 'a long enough password' }
const tokenIn = (html: string) => /invitation\/open#([\w-]{43})/.exec(html)?.[1] ?? ''
type Operator = Awaited<ReturnType<typeof createOperator>>
const invite = async ({ post }: Pick<Operator, 'post'>, agency?: string, email = invited.email) =>
  tokenIn(await (await post('/admin/people/invite', { email, ...(agency && { agency }) })).text())
const accept = (gate: Gate, token: string, password = invited.password) =>
  postForm(gate, '/admin/invitation', { token, password })
const emails = ({ services }: Gate) => atOnce(services.people.list()).map(({ person }) => person.email)

test('an invitation to an agency opens one account, signed in, which sees that agency alone', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate), gate.agency.id)
  expect(await textOf(await openLink(gate, `/admin/invitation/open#${token}`))).toContain('an admin of Acme')
  const joined = await accept(gate, token)
  expect([joined.status, joined.headers.get('location')]).toEqual([303, '/admin'])
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
    expect((await openLink(gate, `/admin/invitation/open#${token}`)).status).toBe(200)
  const both = await Promise.all(
    ['one long password', 'another long password'].map((password) => accept(gate, token, password)),
  )
  expect(both.map(({ status }) => status).toSorted()).toEqual([303, 404])
  expect((await openLink(gate, `/admin/invitation/open#${token}`)).status).toBe(404)
  expect(emails(gate)).toHaveLength(2)
})

test('an invitation is over after seven days, and a wrong or missing token opens nothing', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate))
  expect((await postForm(gate, '/admin/invitation', {})).status).toBe(404)
  expect((await accept(gate, 'wrong')).status).toBe(404)
  await gate.clock.advance(7 * day - 1)
  expect((await openLink(gate, `/admin/invitation/open#${token}`)).status).toBe(200)
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

test('a password that is refused leaves the invitation open', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate))
  const refused = await accept(gate, token, 'short')
  expect(refused.status).toBe(422)
  const html = await refused.text()
  expect(html).toContain('at least 12 characters')
  expect(html).not.toContain('value="short"')
  expect((await accept(gate, token)).status).toBe(303)
})

test('an invitation opens the account of its e-mail address, whatever the form says', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate), undefined, ' New@Example.com')
  expect(await textOf(await openLink(gate, `/admin/invitation/open#${token}`))).toContain('new@example.com')
  const fields = { token, password: invited.password, email: 'somebody@else.example' }
  expect((await postForm(gate, '/admin/invitation', fields)).status).toBe(303)
  expect(emails(gate)).toEqual(['new@example.com', operator.email])
})

test('an address with an account, and one that is none, is refused in the form, which keeps it as typed', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  for (const [email, reason] of [
    [' OPS@example.com', 'already an account'],
    ['nobody', 'Enter a valid email address'],
  ] as const) {
    const refused = await page.post('/admin/people/invite', { email })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain(reason)
    expect(html).toContain(`value="${email}"`)
  }
  expect(atOnce(gate.services.invitations.pending(gate.clock.now()))).toEqual([])
})

test('an account that came another way in the meantime is never replaced by an invitation', async () => {
  const gate = createGate()
  const token = await invite(await createOperator(gate))
  const { invitations } = gate.services
  const { hash = '' } = atOnce(invitations.pending(gate.clock.now()))[0] ?? {}
  gate.database.sqlite.run('update people set email = ?', [invited.email])
  expect(hash).not.toBe('')
  const refused = await accept(gate, token)
  expect([refused.status, await textOf(refused)]).toEqual([
    422,
    expect.stringContaining('already an account'),
  ])
  expect(emails(gate)).toEqual([invited.email])
})

test('the page shows for whom an invitation is and who made it, and a newer one replaces it', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const [first, second] = [await invite(page), await invite(page, gate.agency.id)]
  const shown = await textOf(await page.visit('/admin/people'))
  expect(shown).toMatch(/new@example\.com\s+Admin of Acme\s+ops@example\.com/)
  expect((await accept(gate, first)).status).toBe(404)
  expect((await accept(gate, second)).status).toBe(303)
})

const inviterEnds: Record<string, (gate: Gate, inviter: Person, page: Operator) => unknown> = {
  'is removed': (_, { id }, page) => page.post(`/admin/people/${id}/remove`),
  'has a new password': ({ services }, inviter) =>
    atOnce(services.people.changePassword(inviter, 'another hash')),
  'sets a new password by a link': (gate, { id }) => {
    const { invitations } = gate.services
    atOnce(invitations.add(linkTo({ hash: 'reset', createdAt: gate.clock.now(), personId: id })))
    atOnce(invitations.acceptReset('reset', 'another hash', gate.clock.now()))
  },
}
test.each(Object.entries(inviterEnds))(
  'the links that a person made open nothing once that person %s',
  async (_, end) => {
    const gate = createGate()
    const page = await createOperator(gate)
    const { cookie, person } = enter(gate, { role: 'operator' })
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const post = (path: string, fields: Record<string, string> = {}) => postForm(gate, path, fields, headers)
    const token = await invite({ post })
    const ours = await invite(page, gate.agency.id, 'other@example.com')
    const actor = { id: person.id, name: person.email }
    const victim = atOnce(gate.services.people.findByEmail(operator.email))
    if (!victim) throw new Error('there is no operator')
    const reset = atOnce(inviteToNewPassword(gate.services.invitations, victim, actor, '', gate.clock.now()))
    await end(gate, person, page)
    expect((await accept(gate, token)).status).toBe(404)
    expect((await gate.request(reset.link)).status).toBe(404)
    expect((await accept(gate, ours)).status).toBe(303)
  },
)

test('the invitations that an admin token made open nothing once it is revoked', async () => {
  const gate = createGate()
  const { adminTokens, invitations, perform } = gate.services
  const wanted = { name: 'ci', permission: ['person.*'] }
  const { id, token } = await perform(createToken, wanted, commandLineActor)
  const invitation = await gate.request('/api/admin/v1/person.invite', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email: invited.email, role: 'operator' }),
  })
  expect(invitation.status).toBe(200)
  expect(atOnce(invitations.pending(gate.clock.now()))).toMatchObject([{ createdBy: 'token ci' }])
  atOnce(adminTokens.revoke(id, gate.clock.now()))
  expect(atOnce(invitations.pending(gate.clock.now()))).toEqual([])
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
  const headers = { cookie, host: '192.0.2.1', 'sec-fetch-site': 'same-origin' }
  const fields = { email: invited.email }
  const html = await (await postForm(gate, '/admin/people/invite', fields, headers)).text()
  expect(html).toContain('value="https://calls.example.com/admin/invitation/open#')
  expect(html).not.toContain('192.0.2.1')
})

test('a removed person is signed out with that answer, and cannot come back', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const joined = await accept(gate, await invite(page, gate.agency.id))
  const { id = '' } = atOnce(gate.services.people.findByEmail(invited.email)) ?? {}
  expect((await page.post(`/admin/people/${id}/remove`)).status).toBe(303)
  const home = await gate.request('/admin/account', { headers: { cookie: cookieOf(joined) } })
  expect(home.headers.get('location')).toStartWith('/admin/sign-in')
  expect((await postForm(gate, '/admin/sign-in', { ...invited })).status).toBe(401)
  expect((await page.post(`/admin/people/${id}/remove`)).status).toBe(404)
})

test('the last operator is never removed, however many admins there are', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  enter(gate, { agencyId: gate.agency.id })
  const { id = '' } = atOnce(gate.services.people.findByEmail(operator.email)) ?? {}
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
  atOnce(gate.services.people.setSetupToken('hash', gate.clock.now() + day))
  expect(atOnce(gate.services.people.hasSetupToken('hash', gate.clock.now()))).toBe(false)
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
