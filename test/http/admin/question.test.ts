import { afterAll, expect, test } from 'bun:test'
import type { Operation } from '../../../src/operation/operation.ts'
import { operations } from '../../../src/operations.ts'
import { tokenHash } from '../../../src/keys/token.ts'
import { commandLineActor } from '../../../src/people/actor.ts'
import { newTotpSecret } from '../../../src/people/totp.ts'
import { createGate } from '../../support/gate.ts'
import { operationCases } from '../../support/operation-cases.ts'
import { createOperator, enter, postForm, textOf } from '../../support/page.ts'
import { createWorld } from '../../support/world.ts'
import { atOnce } from '../../../src/work.ts'

const world = await createWorld()
const cases = operationCases(world.facts)
afterAll(() => world[Symbol.asyncDispose]())

const ending = operations.filter(({ ends }) => ends)
const seconds = (text: string) => text.replaceAll(/\(last used on [^)]*\)/g, '(last used)')

/** Sends a form as it is, without agreeing to anything. */
const send = async (
  operation: Operation,
  fields: (form: Record<string, string>) => Record<string, string>,
) => {
  const { page, endingPage, ending: input, input: usual, prepare } = cases[operation.name] ?? {}
  const form = endingPage ?? page
  if (typeof form !== 'object' || form.fields === undefined) throw new Error(`${operation.name} has no form`)
  const opened = world.open(world.copy())
  prepare?.(opened)
  const asked = await opened.services.perform.question(operation, input ?? usual, commandLineActor)
  const body = new URLSearchParams(fields(form.fields))
  const headers = { cookie: world.cookies.operator ?? '', 'sec-fetch-site': 'same-origin' }
  const lines = () => atOnce(opened.services.audit.list({ limit: 5 })).map(({ id }) => id)
  const before = lines()
  const response = await opened.request(form.path, { method: 'POST', headers, body })
  const changed = lines().join() !== before.join()
  opened.close()
  return { asked, response, changed, text: await textOf(response) }
}

test.each(ending.map((operation) => [operation.name, operation] as const))(
  '%s is not done before the page has said what it ends, and somebody agreed to just that',
  async (_, operation) => {
    const { asked, response, changed, text } = await send(operation, (form) => form)
    expect([response.status, changed]).toEqual([422, false])
    expect(text).toContain(seconds(asked?.ends ?? 'a consequence').split('(last used)')[0] ?? '')
    expect(text).not.toContain('Do this?')
    if (asked?.impact !== undefined) expect(text).toContain(asked.impact)
    const otherwise = await send(operation, (form) => ({ ...form, agreed: 'Something else ends.' }))
    expect([otherwise.response.status, otherwise.changed]).toEqual([422, false])
  },
)

test('before access is disabled, the page says how many requests came in the last hour', async () => {
  const gate = createGate()
  const { cookie, post, visit } = await createOperator(gate)
  for (let request = 0; request < 3; request++) await gate.authorized('/api/v1/key')
  const api = `/admin/agencies/${gate.agency.id}/integrations/api`
  const response = await gate.request(`${api}/production/access`, {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'same-origin', referer: `http://localhost${api}?x=1` },
    body: new URLSearchParams({ enabled: 'false' }),
  })
  const html = await response.text()
  expect(html).toContain('Disable production access of Acme?')
  expect(html).toContain('get 403 from now on.')
  expect(html).toContain('3 requests came in the last hour.')
  expect(html).toContain(`<a href="${api}">Cancel</a>`)
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
  expect((await post(`${api}/production/access`, { enabled: 'false' })).status).toBe(303)
  expect((await gate.authorized('/api/v1/key')).status).toBe(403)
  expect(await (await visit(api)).text()).toContain('aria-checked="false"')
})

test('the way back from a question leads to a page of ours only', async () => {
  const gate = createGate()
  const { cookie } = await createOperator(gate)
  for (const referer of [
    'https://evil.example/admin/x',
    'http://localhost//evil.example',
    'javascript:0',
    '',
  ]) {
    const response = await gate.request(`/admin/agencies/${gate.agency.id}/suspend`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', referer },
      body: new URLSearchParams(),
    })
    expect(await response.text()).toContain('<a href="/admin">Cancel</a>')
  }
})

test.each([
  ['factors/:factor/remove', 'Phone no longer signs you in.', 'Then your password alone signs you in.'],
  ['recovery-codes', 'Your present recovery codes stop working.', '2 of them are unused.'],
  ['sessions/end', 'This browser is signed out at once.', ''],
  ['sign-out-everywhere', 'You are signed out everywhere, also here.', 'signed in in 1 browser.'],
])(
  'account/%s says what of one’s own it ends, and does it once that is agreed to',
  async (path, ends, impact) => {
    const gate = createGate()
    const { audit, factors } = gate.services
    const { person, cookie } = enter(gate, { role: 'operator' })
    const factor = {
      id: crypto.randomUUID(),
      personId: person.id,
      name: 'Phone',
      createdAt: gate.clock.now(),
    }
    atOnce(factors.addTotp(factor, newTotpSecret(), 0))
    atOnce(factors.setRecoveryCodes(person.id, ['one', 'another']))
    const target = `/admin/account/${path.replace(':factor', factor.id)}`
    const fields = { session: tokenHash(cookie.split('=')[1] ?? '') }
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const lines = () => atOnce(audit.list({ limit: 9 })).length
    const before = lines()
    const asked = await gate.request(target, { method: 'POST', headers, body: new URLSearchParams(fields) })
    const text = await textOf(asked)
    expect([asked.status, lines()]).toEqual([422, before])
    expect(text).toContain(ends)
    expect(text).toContain(impact)
    expect(text).not.toContain('Do this?')
    expect((await postForm(gate, target, fields, headers)).status).toBeLessThan(400)
    expect(lines()).toBe(before + 1)
  },
)
