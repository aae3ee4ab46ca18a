import { expect, test } from 'bun:test'
import { createVisitor, type Visitor } from '../../support/authenticator.ts'
import { createPasskey } from '../../support/fakes/passkey.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { createOperator, enter, operator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

type Passkey = Awaited<ReturnType<typeof createPasskey>>
type Lies = Parameters<Passkey['get']>[1]

const whereTo = async (answer: Response | Promise<Response>) => {
  const { status, headers } = await answer
  // Without the page to come back to, of which test/http/admin/going-to.test.ts tells.
  return headers.get('location')?.split('?')[0] ?? status
}
const optionsAt = async ({ visit }: Visitor, path: string) =>
  (await (await visit(path)).json()) as Parameters<Passkey['create']>[0]

const add = async (page: Visitor, passkey: Passkey, lies?: Lies) => {
  const options = await optionsAt(page, '/admin/account/passkey/options')
  return page.post('/admin/account/passkey', { name: 'Laptop', passkey: await passkey.create(options, lies) })
}

/** Somebody who has added a passkey. */
const open = async (settings: Parameters<typeof createGate>[0] = {}) => {
  const gate = createGate(settings)
  const page = createVisitor(gate, (await createOperator(gate)).cookie)
  const passkey = await createPasskey(settings.publicUrl ?? undefined)
  const added = await add(page, passkey)
  return { gate, page, passkey, added }
}
const afterPassword = async (gate: Gate) => {
  const visitor = createVisitor(gate)
  await visitor.post('/admin/sign-in', operator)
  return visitor
}
/** Gives the second factor. */
const pass = async (visitor: Visitor, passkey: Passkey, lies?: Lies) => {
  const options = await optionsAt(visitor, '/admin/second-factor/passkey')
  return visitor.post('/admin/second-factor', { passkey: await passkey.get(options, lies) })
}

test('a passkey is added with recovery codes, and is the second factor from then on', async () => {
  const { gate, page, passkey, added } = await open()
  expect([added.status, await textOf(added)]).toEqual([200, expect.stringContaining('Recovery codes')])
  expect(await textOf(await page.visit('/admin/account/second-factor'))).toContain('Laptop Passkey')
  const visitor = await afterPassword(gate)
  expect(await whereTo(visitor.visit('/admin/agencies'))).toBe('/admin/second-factor')
  expect(await whereTo(pass(visitor, passkey))).toBe('/admin')
  expect((await visitor.visit('/admin/agencies')).status).toBe(200)
  expect(atOnce(gate.services.audit.list({ limit: 1 }))).toMatchObject([
    { action: 'signed_in', target: 'Passkey: Laptop' },
  ])
})

test('a passkey signs in without a password, and the session lacks nothing', async () => {
  const { gate, passkey } = await open()
  const visitor = createVisitor(gate)
  expect(await textOf(await visitor.visit('/admin/sign-in'))).toContain('Sign in with a passkey')
  const options = await optionsAt(visitor, '/admin/sign-in/passkey')
  const response = await passkey.get(options)
  expect(await whereTo(visitor.post('/admin/sign-in/passkey', { passkey: response }))).toBe('/admin')
  expect((await visitor.visit('/admin/agencies')).status).toBe(200)
  expect(await whereTo(createVisitor(gate).post('/admin/sign-in/passkey', { passkey: response }))).toBe(401)
})

test('without any passkey the sign-in page speaks of none', async () => {
  expect(await textOf(await createGate().request('/admin/sign-in'))).not.toContain('asskey')
})

test.each([
  ['of another origin', { origin: 'https://elsewhere.example' }],
  ['for another host', { rpId: 'elsewhere.example' }],
  ['without user verification', { isUserVerified: false }],
] as const)('a response %s neither adds a passkey nor signs in', async (_, lies) => {
  const { gate, page, passkey } = await open()
  expect((await add(page, await createPasskey(), lies)).status).toBe(422)
  const visitor = await afterPassword(gate)
  expect(await whereTo(pass(visitor, passkey, lies))).toBe(401)
  await gate.clock.advance(60_000)
  expect(atOnce(gate.services.audit.list({ limit: 1 }))).toMatchObject([
    { action: 'sign_in.failed', target: 'second factor' },
  ])
})

test('a counter that does not grow, of a copied passkey, is refused', async () => {
  const { gate, passkey } = await open()
  const first = await afterPassword(gate)
  expect(await whereTo(pass(first, passkey, { counter: 7 }))).toBe('/admin')
  for (const counter of [7, 6, 0]) {
    const visitor = await afterPassword(gate)
    expect(await whereTo(pass(visitor, passkey, { counter }))).toBe(401)
  }
})

test('a passkey that counts nothing is used again and again', async () => {
  const gate = createGate()
  const page = createVisitor(gate, (await createOperator(gate)).cookie)
  const passkey = await createPasskey()
  await add(page, passkey, { counter: 0 })
  for (let time = 0; time < 2; time++)
    expect(await whereTo(pass(await afterPassword(gate), passkey, { counter: 0 }))).toBe('/admin')
})

test('a response is accepted once, within five minutes, and only for what it was asked for', async () => {
  const { gate, passkey } = await open()
  const [visitor, second] = [await afterPassword(gate), await afterPassword(gate)]
  const options = await optionsAt(visitor, '/admin/second-factor/passkey')
  const signIn = await passkey.get(await optionsAt(visitor, '/admin/sign-in/passkey'))
  expect(await whereTo(visitor.post('/admin/second-factor', { passkey: signIn }))).toBe(401)
  const response = await passkey.get(options)
  expect(await whereTo(createVisitor(gate).post('/admin/sign-in/passkey', { passkey: response }))).toBe(401)
  expect(await whereTo(visitor.post('/admin/second-factor', { passkey: response }))).toBe('/admin')
  expect(await whereTo(second.post('/admin/second-factor', { passkey: response }))).toBe(401)
  const late = await passkey.get(await optionsAt(second, '/admin/second-factor/passkey'))
  await gate.clock.advance(5 * 60_000)
  expect(await whereTo(second.post('/admin/second-factor', { passkey: late }))).toBe(401)
})

test('nobody passes with the passkey of somebody else', async () => {
  const { gate, passkey } = await open()
  const other = createVisitor(gate, enter(gate, { role: 'operator' }).cookie)
  const own = await createPasskey()
  await add(other, own)
  const visitor = await afterPassword(gate)
  expect(await whereTo(pass(visitor, own))).toBe(401)
  expect(await whereTo(pass(visitor, passkey))).toBe('/admin')
  expect((await add(other, passkey)).status).toBe(422)
})

test('a removed passkey opens nothing', async () => {
  const { gate, page, passkey } = await open()
  const { factors, people } = gate.services
  const [factor] = atOnce(factors.list(atOnce(people.list())[0]?.person.id ?? ''))
  const visitor = createVisitor(gate)
  const response = await passkey.get(await optionsAt(visitor, '/admin/sign-in/passkey'))
  await page.post(`/admin/account/factors/${factor?.id}/remove`)
  expect(await whereTo(visitor.post('/admin/sign-in/passkey', { passkey: response }))).toBe(401)
})

test('a passkey confirms who it is', async () => {
  const { gate, page, passkey } = await open()
  await gate.clock.advance(10 * 60_000)
  expect((await page.post('/admin/account/recovery-codes')).status).toBe(403)
  const confirm_passkey = await passkey.get(await optionsAt(page, '/admin/second-factor/passkey'))
  const fields = { confirm_path: '/admin/account/recovery-codes', confirm_passkey }
  expect((await page.post('/admin/confirm', fields)).status).toBe(307)
  expect((await page.post('/admin/account/recovery-codes')).status).toBe(200)
})

test('passkeys belong to the host of CALLGATE_PUBLIC_URL, or else to the one that was asked for', async () => {
  const named = await open({ publicUrl: 'https://calls.example.com' })
  expect(await optionsAt(named.page, '/admin/second-factor/passkey')).toMatchObject({
    rpId: 'calls.example.com',
    userVerification: 'required',
  })
  expect(named.added.status).toBe(200)
  const { page } = await open()
  expect(await optionsAt(page, '/admin/second-factor/passkey')).toMatchObject({ rpId: 'localhost' })
})

test('at an IP address the page offers no passkey, and says why', async () => {
  for (const publicUrl of ['http://192.168.77.5:3000', 'https://[::1]']) {
    const gate = createGate({ publicUrl })
    const { cookie } = enter(gate, { role: 'operator' })
    const html = await (await createVisitor(gate, cookie).visit('/admin/account/passkey')).text()
    expect(html).toContain('Passkeys don’t work at an IP address')
    expect(html).not.toContain('data-passkey=')
  }
})

test('whatever comes in the place of a response is refused', async () => {
  const { gate, page } = await open()
  for (const passkey of ['', '{', 'null', '[]', '{}', '{"id":1}', '{"id":"x","response":null}']) {
    expect((await createVisitor(gate).post('/admin/sign-in/passkey', { passkey })).status).toBe(401)
    expect((await page.post('/admin/account/passkey', { name: 'Laptop', passkey })).status).toBe(422)
  }
})
