import { expect, test } from 'bun:test'
import { commandLineActor } from '../../../src/people/actor.ts'
import { invite, inviteToNewPassword } from '../../../src/people/invitation.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import {
  cookieOf,
  createOperator,
  openLink,
  operator,
  partsOf,
  postForm,
  textOf,
} from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const minute = 60_000
const fresh = 'quite another password'
const signIn = (gate: Gate, password: string, cookie = '') =>
  postForm(gate, '/admin/sign-in', { ...operator, password }, { cookie, 'sec-fetch-site': 'same-origin' })
const opens = async (gate: Gate, cookie: string) =>
  (await gate.request('/admin/account', { headers: { cookie } })).status === 200
const changePassword = (
  page: Awaited<ReturnType<typeof createOperator>>,
  current: string,
  password = fresh,
) => page.post('/admin/account/password', { current, password })

const resetToken = (gate: Gate) => {
  const person = atOnce(gate.services.people.findByEmail(operator.email))
  if (!person) throw new Error('nobody')
  const { link } = atOnce(
    inviteToNewPassword(gate.services.invitations, person, commandLineActor, '', gate.clock.now()),
  )
  return partsOf(link).code
}
const reset = (gate: Gate, token: string, password = fresh) =>
  postForm(gate, '/admin/new-password', { token, password })

test('a changed password ends every session, gives this browser a new token, and is the only one that signs in', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const elsewhere = cookieOf(await signIn(gate, operator.password))
  const changed = await changePassword(page, operator.password)
  expect(changed.status).toBe(303)
  const cookie = cookieOf(changed)
  expect(cookie).not.toBe(page.cookie)
  expect([await opens(gate, cookie), await opens(gate, page.cookie), await opens(gate, elsewhere)]).toEqual([
    true,
    false,
    false,
  ])
  expect((await signIn(gate, operator.password)).status).toBe(401)
  expect((await signIn(gate, fresh)).status).toBe(303)
})

test('a new password needs the current one, and 12 characters', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  for (const [current, password, reason] of [
    ['not the password', fresh, 'current password is wrong'],
    [operator.password, 'short', 'at least 12 characters'],
  ] as const) {
    const refused = await changePassword(page, current, password)
    expect(refused.status).toBe(422)
    expect(await textOf(refused)).toContain(reason)
  }
  expect(await opens(gate, page.cookie)).toBe(true)
  expect((await signIn(gate, operator.password)).status).toBe(303)
})

test('guessing the current password is slowed down as signing in is', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const statuses = []
  for (let guess = 0; guess < 4; guess++)
    statuses.push((await changePassword(page, 'not the password')).status)
  expect(statuses).toEqual([422, 422, 422, 429])
})

test('of two changes at once only one holds', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const both = await Promise.all([
    changePassword(page, operator.password, `${fresh} 1`),
    changePassword(page, operator.password, `${fresh} 2`),
  ])
  expect(both.map(({ status }) => status).toSorted()).toEqual([303, 422])
})

test('an old password that is being looked at while it is replaced opens nothing', async () => {
  const gate = createGate()
  await createOperator(gate)
  const pending = signIn(gate, operator.password)
  await Bun.sleep(0)
  const person = atOnce(gate.services.people.findByEmail(operator.email))
  if (!person) throw new Error('nobody')
  atOnce(gate.services.people.changePassword(person, 'another hash'))
  expect((await pending).status).toBe(401)
})

test('signing out everywhere ends every session of that person, and no one else’s', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const elsewhere = cookieOf(await signIn(gate, operator.password))
  const { link } = atOnce(
    invite(
      gate.services.invitations,
      { email: 'someone@example.com', role: 'operator', agencyId: null },
      commandLineActor,
      '',
      gate.clock.now(),
    ),
  )
  const other = await postForm(gate, '/admin/invitation', {
    token: partsOf(link).code,
    password: fresh,
  })
  const out = await page.post('/admin/account/sign-out-everywhere')
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
  expect([await opens(gate, page.cookie), await opens(gate, elsewhere)]).toEqual([false, false])
  expect(await opens(gate, cookieOf(other))).toBe(true)
})

test('a cookie from before signing out is refused when it is sent again', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  await page.post('/admin/sign-out')
  expect(await opens(gate, page.cookie)).toBe(false)
  expect((await page.post('/admin/people/invite')).headers.get('location')).toBe('/admin/sign-in')
})

test('a token that somebody else planted never becomes a session', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  for (const planted of [`callgate=${'a'.repeat(43)}`, page.cookie]) {
    const opened = await signIn(gate, operator.password, planted)
    expect(opened.status).toBe(303)
    expect(cookieOf(opened)).not.toBe(planted)
    expect(await opens(gate, planted)).toBe(false)
    expect(await opens(gate, cookieOf(opened))).toBe(true)
  }
})

test('a reset link sets a new password once, and ends the sessions there were', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const token = resetToken(gate)
  expect(await textOf(await openLink(gate, `/admin/new-password/open#${token}`))).toContain(operator.email)
  expect(await opens(gate, page.cookie)).toBe(true)
  expect((await reset(gate, token, 'short')).status).toBe(422)
  const set = await reset(gate, token)
  expect([set.status, await opens(gate, cookieOf(set)), await opens(gate, page.cookie)]).toEqual([
    303,
    true,
    false,
  ])
  expect((await reset(gate, token)).status).toBe(404)
  expect((await signIn(gate, operator.password)).status).toBe(401)
  expect((await signIn(gate, fresh)).status).toBe(303)
})

test('a reset link is over after 30 minutes, by a newer one, and by a changed password', async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const old = resetToken(gate)
  await gate.clock.advance(30 * minute - 1)
  expect((await openLink(gate, `/admin/new-password/open#${old}`)).status).toBe(200)
  await gate.clock.advance(1)
  expect((await reset(gate, old)).status).toBe(404)
  const [replaced, newest] = [resetToken(gate), resetToken(gate)]
  expect((await reset(gate, replaced)).status).toBe(404)
  const again = { ...page, post: postAs(gate, cookieOf(await signIn(gate, operator.password))) }
  expect((await changePassword(again, operator.password)).status).toBe(303)
  expect((await reset(gate, newest)).status).toBe(404)
})

test('an invitation opens no new password, and a reset link no account', async () => {
  const gate = createGate()
  await createOperator(gate)
  const { link } = atOnce(
    invite(
      gate.services.invitations,
      { email: 'someone@example.com', role: 'operator', agencyId: null },
      commandLineActor,
      '',
      gate.clock.now(),
    ),
  )
  const token = partsOf(link).code
  expect((await reset(gate, token)).status).toBe(404)
  const account = { token: resetToken(gate), password: fresh }
  expect((await postForm(gate, '/admin/invitation', account)).status).toBe(404)
  expect((await postForm(gate, '/admin/invitation', { ...account, token })).status).toBe(303)
})

const postAs =
  (gate: Gate, cookie: string) =>
  (path: string, fields: Record<string, string> = {}) =>
    postForm(gate, path, fields, { cookie, 'sec-fetch-site': 'same-origin' })
