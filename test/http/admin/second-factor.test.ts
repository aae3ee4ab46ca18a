import { expect, test } from 'bun:test'
import { commandLineActor } from '../../../src/people/actor.ts'
import { requireSecondFactor, resetSecondFactor } from '../../../src/people/operations/second-factor.ts'
import { addApp, codeOf, createVisitor } from '../../support/authenticator.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { createOperator, enter, operator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const step = 30_000
const minute = 60_000

const open = async () => {
  const gate = createGate()
  const page = createVisitor(gate, (await createOperator(gate)).cookie)
  const app = await addApp(gate, page)
  await gate.clock.advance(step)
  return { gate, page, ...app }
}
const signIn = async (gate: Gate) => {
  const visitor = createVisitor(gate)
  const answer = await visitor.post('/admin/sign-in', operator)
  expect(answer.status).toBe(303)
  return visitor
}
const whereTo = async (answer: Response | Promise<Response>) => {
  const { status, headers } = await answer
  // Without the page to come back to, of which test/http/admin/going-to.test.ts tells.
  return headers.get('location')?.split('?')[0] ?? status
}
const linesOf = ({ services }: Gate) =>
  atOnce(services.audit.list({ limit: 100 })).map(({ action, target }) =>
    target ? `${action} ${target}` : action,
  )

test('an authenticator app is added by its code, with ten recovery codes that are shown once', async () => {
  const { gate, page, added, codes } = await open()
  expect([added.status, codes.length]).toEqual([200, 10])
  const list = await textOf(await page.visit('/admin/account/second-factor'))
  expect(list).toContain('Phone Authenticator app')
  expect(list).toContain('10 of 10 left')
  for (const code of codes) expect(list).not.toContain(code)
  expect((await page.visit('/admin/account/recovery-codes')).status).toBe(303)
  expect(linesOf(gate)).toContain('second_factor.added Authenticator app: Phone')
})

test('the page shows the key as a QR code and as text, the same until it is used, and a wrong code adds nothing', async () => {
  const gate = createGate()
  const page = createVisitor(gate, (await createOperator(gate)).cookie)
  const shown = async () => {
    const html = await (await page.visit('/admin/account/authenticator')).text()
    expect(html).toContain('<svg class="qr-code" role="img"')
    return /id="totp-secret"[^>]*value="([A-Z2-7]{32})"/.exec(html)?.[1]
  }
  const secret = await shown()
  const wrong = codeOf(secret ?? '', gate.clock.now() + 10 * minute)
  const refused = await page.post('/admin/account/authenticator', { name: 'Phone', code: wrong })
  expect([refused.status, (await textOf(refused)).includes('The code is wrong')]).toEqual([422, true])
  expect(await shown()).toBe(secret)
  expect(atOnce(gate.services.factors.list(atOnce(gate.services.people.list())[0]?.person.id ?? ''))).toEqual(
    [],
  )
  await addApp(gate, page)
  expect(await shown()).not.toBe(secret)
})

test('after the password nothing but the second factor is reachable, and a code opens a session with a new token', async () => {
  const { gate, code } = await open()
  const visitor = await signIn(gate)
  const { cookie } = visitor.jar
  for (const path of ['/admin/agencies', '/admin/account', '/admin/account/second-factor', '/admin/people'])
    expect(await whereTo(visitor.visit(path))).toBe('/admin/second-factor')
  expect(await whereTo(visitor.post('/admin/people/invite', { email: 'a@example.com' }))).toBe(
    '/admin/second-factor',
  )
  expect(linesOf(gate)).not.toContain('signed_in Authenticator app: Phone')
  expect(await whereTo(visitor.post('/admin/second-factor', { code: code() }))).toBe('/admin')
  expect(visitor.jar.cookie).not.toBe(cookie)
  expect((await visitor.visit('/admin/agencies')).status).toBe(200)
  expect(await whereTo(createVisitor(gate, cookie).visit('/admin/agencies'))).toBe('/admin/sign-in')
  expect(linesOf(gate)[0]).toBe('signed_in Authenticator app: Phone')
})

test('a code works once, for whoever comes first', async () => {
  const { gate, code } = await open()
  const [first, second] = [await signIn(gate), await signIn(gate)]
  const same = code()
  expect(await whereTo(first.post('/admin/second-factor', { code: same }))).toBe('/admin')
  expect(await whereTo(second.post('/admin/second-factor', { code: same }))).toBe(401)
})

test('a recovery code signs in once, and is counted', async () => {
  const { gate, codes } = await open()
  const [first, second] = [await signIn(gate), await signIn(gate)]
  expect(await whereTo(first.post('/admin/second-factor', { code: codes[3] ?? '' }))).toBe('/admin')
  expect(await whereTo(second.post('/admin/second-factor', { code: codes[3] ?? '' }))).toBe(401)
  expect(await textOf(await first.visit('/admin/account/second-factor'))).toContain('9 of 10 left')
  expect(linesOf(gate)[0]).toBe('signed_in a recovery code')
})

test('new recovery codes replace the old ones', async () => {
  const { gate, page, codes } = await open()
  const made = await (await page.post('/admin/account/recovery-codes')).text()
  const [fresh = ''] = made.match(/\b[0-9a-z]{6}(?:-[0-9a-z]{6}){3}\b/) ?? []
  expect(codes).not.toContain(fresh)
  const visitor = await signIn(gate)
  expect(await whereTo(visitor.post('/admin/second-factor', { code: codes[0] ?? '' }))).toBe(401)
  expect(await whereTo(visitor.post('/admin/second-factor', { code: fresh }))).toBe('/admin')
})

test('wrong codes are slowed down, audited, and say the same as too many', async () => {
  const { gate, codes } = await open()
  const visitor = await signIn(gate)
  const statuses: unknown[] = []
  const said = new Set<string | undefined>()
  for (let guess = 0; guess < 5; guess++) {
    const answer = await visitor.post('/admin/second-factor', { code: 'wrong' })
    statuses.push(answer.status)
    said.add(/role="alert">([^<]+)/.exec(await answer.text())?.[1])
  }
  expect(statuses).toEqual([401, 401, 401, 429, 429])
  expect([...said]).toHaveLength(1)
  await gate.clock.advance(minute)
  expect(atOnce(gate.services.audit.list({ limit: 1 }))).toMatchObject([
    { action: 'sign_in.failed', actor: operator.email, target: 'second factor', times: 5 },
  ])
  expect(await whereTo(visitor.post('/admin/second-factor', { code: codes[0] ?? '' }))).toBe('/admin')
})

test('the second step has to follow within ten minutes', async () => {
  const { gate, code } = await open()
  const visitor = await signIn(gate)
  await gate.clock.advance(10 * minute)
  expect(await whereTo(visitor.post('/admin/second-factor', { code: code() }))).toBe('/admin/sign-in')
})

test('with a first second factor, the sessions elsewhere need it too', async () => {
  const gate = createGate()
  const page = createVisitor(gate, (await createOperator(gate)).cookie)
  const elsewhere = await signIn(gate)
  await addApp(gate, page)
  expect((await page.visit('/admin/agencies')).status).toBe(200)
  expect(await whereTo(elsewhere.visit('/admin/agencies'))).toBe('/admin/second-factor')
})

test('where it is required, only setting one up is open, from the next page on and at every later sign-in', async () => {
  const gate = createGate()
  const page = createVisitor(gate, (await createOperator(gate)).cookie)
  const admin = createVisitor(gate, enter(gate, { agencyId: gate.agency.id }).cookie)
  await gate.services.perform(requireSecondFactor, { required: 'operators' }, commandLineActor)
  for (const visitor of [page, await signIn(gate)]) {
    for (const path of ['/admin/agencies', '/admin/account', '/admin/tokens'])
      expect(await whereTo(visitor.visit(path))).toBe('/admin/account/second-factor')
    expect(await whereTo(visitor.post('/admin/agencies', { name: 'Third', plan: 'agency' }))).toBe(
      '/admin/account/second-factor',
    )
    expect(await textOf(await visitor.visit('/admin/account/second-factor'))).toContain(
      'requires a second factor',
    )
  }
  expect(await whereTo(admin.visit('/admin/account'))).toBe(200)
  await gate.services.perform(requireSecondFactor, { required: 'everybody' }, commandLineActor)
  expect(await whereTo(admin.visit('/admin/account'))).toBe('/admin/account/second-factor')
  const { codes } = await addApp(gate, page)
  expect(codes).toHaveLength(10)
  expect((await page.visit('/admin/agencies')).status).toBe(200)
})

test('a changed password leaves this session signed in, with its second factor', async () => {
  const { page } = await open()
  const fields = { current: operator.password, password: 'quite another passphrase' }
  expect(await whereTo(page.post('/admin/account/password', fields))).toBe('/admin/account')
  expect((await page.visit('/admin/agencies')).status).toBe(200)
})

test('one’s last second factor can be removed only where none is required; its recovery codes go with it', async () => {
  const { gate, page } = await open()
  const [factor] = atOnce(gate.services.factors.list(atOnce(gate.services.people.list())[0]?.person.id ?? ''))
  const path = `/admin/account/factors/${factor?.id}`
  await gate.services.perform(requireSecondFactor, { required: 'operators' }, commandLineActor)
  const refused = await page.post(`${path}/remove`)
  expect([refused.status, (await textOf(refused)).includes('Add another one first')]).toEqual([422, true])
  await gate.services.perform(requireSecondFactor, { required: 'nobody' }, commandLineActor)
  expect(await whereTo(page.post(path, { name: 'Old phone' }))).toBe('/admin/account/second-factor')
  expect(await textOf(await page.visit(path))).toContain('Old phone')
  expect(await whereTo(page.post(`${path}/remove`))).toBe('/admin/account/second-factor')
  expect(gate.database.sqlite.query('select * from recovery_codes').all()).toEqual([])
  expect((await (await signIn(gate)).visit('/admin/agencies')).status).toBe(200)
  expect(linesOf(gate)).toContain('second_factor.removed Authenticator app: Old phone')
})

test('nobody sees, renames or removes the second factor of somebody else', async () => {
  const { gate } = await open()
  const [factor] = atOnce(gate.services.factors.list(atOnce(gate.services.people.list())[0]?.person.id ?? ''))
  const other = createVisitor(gate, enter(gate, { role: 'operator' }).cookie)
  const path = `/admin/account/factors/${factor?.id}`
  const answers = [
    await other.visit(path),
    await other.post(path, { name: 'Mine' }),
    await other.post(`${path}/remove`),
  ]
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
  expect(atOnce(gate.services.factors.list(factor?.personId ?? ''))).toMatchObject([{ name: 'Phone' }])
})

test('a reset takes a person’s factors and codes, ends their sessions, and lets the password sign in', async () => {
  const { gate, page } = await open()
  const removed = await gate.services.perform(resetSecondFactor, { person: operator.email }, commandLineActor)
  expect(removed).toMatchObject({ email: operator.email, removed: ['Authenticator app: Phone'] })
  expect(await whereTo(page.visit('/admin/agencies'))).toBe('/admin/sign-in')
  expect((await (await signIn(gate)).visit('/admin/agencies')).status).toBe(200)
  expect(gate.database.sqlite.query('select * from recovery_codes').all()).toEqual([])
  expect(linesOf(gate)).toContain(`second_factor.reset ${operator.email}`)
})

test('a person with a second factor can be removed, and an agency with its admins', async () => {
  const { gate } = await open()
  const leaving = enter(gate, { role: 'operator' })
  await addApp(gate, createVisitor(gate, leaving.cookie))
  const admin = enter(gate, { agencyId: gate.agency.id })
  await addApp(gate, createVisitor(gate, admin.cookie))
  expect(atOnce(gate.services.people.remove(leaving.person))).toBe(true)
  atOnce(gate.services.people.removeOf(gate.agency.id))
  expect(gate.database.sqlite.query('select distinct person_id from factors').all()).toHaveLength(1)
})
