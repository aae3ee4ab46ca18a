import { expect, test } from 'bun:test'
import { operations } from '../../../src/operations.ts'
import { addApp, createVisitor, type Visitor } from '../../support/authenticator.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator, operator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const minute = 60_000

const open = async () => {
  const gate = createGate()
  const page = createVisitor(gate, (await createOperator(gate)).cookie)
  const invitations = () => atOnce(gate.services.invitations.pending(gate.clock.now()))
  return { gate, page, invitations }
}

/** The hidden fields of the first form of the confirmation, by name. */
const carried = (html: string) => {
  const [form = ''] = /<form method="post" action="\/admin\/confirm">.*?<\/form>/s.exec(html) ?? []
  return Object.fromEntries(
    [...form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  ) as Record<string, string>
}

/** Sends the confirmation, and follows its redirect with the same body, as a browser does. */
const confirm = async ({ post }: Visitor, fields: Record<string, string>) => {
  const answer = await post('/admin/confirm', fields)
  const location = answer.headers.get('location')
  return answer.status === 307 && location ? post(location, fields) : answer
}

const invited = { email: 'new@example.com' }

test('ten minutes after signing in, an invitation asks who it is, and is made with nothing entered again', async () => {
  const { gate, page, invitations } = await open()
  await gate.clock.advance(10 * minute - 1)
  expect((await page.post('/admin/people/invite', { email: 'first@example.com' })).status).toBe(200)
  await gate.clock.advance(1)
  const asked = await page.post('/admin/people/invite', invited)
  const html = await asked.clone().text()
  expect([asked.status, await textOf(asked)]).toEqual([403, expect.stringContaining('Confirm that it’s you')])
  expect(invitations()).toHaveLength(1)
  const { cookie } = page.jar
  const made = await confirm(page, { ...carried(html), confirm_password: operator.password })
  expect([made.status, invitations().length]).toEqual([200, 2])
  expect(invitations().map(({ email }) => email)).toContain(invited.email)
  expect(page.jar.cookie).not.toBe(cookie)
  expect((await page.post('/admin/people/invite', { email: 'third@example.com' })).status).toBe(200)
})

test('a wrong password confirms nothing, keeps what was entered, and is slowed down as signing in is', async () => {
  const { gate, page, invitations } = await open()
  await gate.clock.advance(10 * minute)
  const fields = carried(await (await page.post('/admin/people/invite', invited)).text())
  const statuses = []
  for (let guess = 0; guess < 4; guess++) {
    const answer = await confirm(page, { ...fields, confirm_password: 'not the password' })
    statuses.push(answer.status)
    expect(carried(await answer.text())).toEqual(fields)
  }
  expect(statuses).toEqual([422, 422, 422, 429])
  expect(invitations()).toEqual([])
  await gate.clock.advance(minute)
  expect(atOnce(gate.services.audit.list({ limit: 1 }))).toMatchObject([
    { action: 'sign_in.failed', actor: operator.email, target: 'confirmation', times: 4 },
  ])
})

test('a code of the authenticator app confirms too, once, and a recovery code does not', async () => {
  const { gate, page, invitations } = await open()
  const { code, codes } = await addApp(gate, page)
  await gate.clock.advance(10 * minute)
  const fields = carried(await (await page.post('/admin/people/invite', invited)).text())
  expect((await confirm(page, { ...fields, confirm_code: codes[0] ?? '' })).status).toBe(422)
  expect((await confirm(page, { ...fields, confirm_code: code() })).status).toBe(200)
  expect(invitations()).toHaveLength(1)
  await gate.clock.advance(10 * minute)
  expect((await page.post('/admin/account/recovery-codes')).status).toBe(403)
})

test('a time in the future proves nothing: after the clock was set back, the page asks', async () => {
  const { gate, page } = await open()
  await gate.clock.advance(minute - 1)
  const fields = { confirm_path: '/admin/people', confirm_password: operator.password }
  expect((await page.post('/admin/confirm', fields)).status).toBe(307)
  gate.clock.step(2 - minute)
  expect((await page.post('/admin/people/invite', invited)).status).toBe(403)
})

test('what was entered is escaped, and only a path of the dashboard is gone on to', async () => {
  const { gate, page } = await open()
  await gate.clock.advance(10 * minute)
  const name = '"><script>alert(1)</script>'
  const html = await (await page.post('/admin/tokens', { name, permission: 'key.*' })).text()
  expect(html).not.toContain('<script>alert')
  expect(html).toContain('&quot;><script>'.replace('<', '&lt;'))
  for (const path of ['', '//elsewhere.example', 'https://elsewhere.example/admin/', '/api/v1/key']) {
    const fields = { confirm_path: path, confirm_password: operator.password }
    expect((await page.post('/admin/confirm', fields)).status).toBe(400)
  }
})

test('all that gives access, or takes it from people, is among what is asked for, and nothing that only reads', () => {
  const sensitive = operations.filter((operation) => operation.sensitive).map(({ name }) => name)
  expect(sensitive.filter((name) => /\.(?:list|show)$/.test(name))).toEqual([])
  const needed = [
    'provider.set',
    'provider.remove',
    'key.generate',
    'key.rotate',
    'person.invite',
    'person.reset',
    'person.second-factor-reset',
    'person.remove',
    'gate.second-factor',
    'token.create',
  ]
  expect(needed.filter((name) => !sensitive.includes(name))).toEqual([])
})

test('a password longer than any account has is refused with that reason, not cut and checked', async () => {
  const gate = createGate()
  const longest = 'ab '.repeat(341) + 'c'
  const page = createVisitor(gate, (await createOperator(gate, longest)).cookie)
  await gate.clock.advance(10 * minute)
  const fields = carried(await (await page.post('/admin/people/invite', invited)).text())
  const refused = await confirm(page, { ...fields, confirm_password: `${longest}d` })
  expect([refused.status, await textOf(refused)]).toEqual([
    422,
    expect.stringContaining('at most 1,024 characters'),
  ])
  expect((await confirm(page, { ...fields, confirm_password: longest })).status).toBe(200)
})
