import { expect, test } from 'bun:test'
import { mintToken, tokenLast4 } from '../../src/keys/token.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createToken, listTokens } from '../../src/people/operations/tokens.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { createOperator, textOf } from '../support/page.ts'
import { everythingIn, expectRefusal } from '../support/refusal.ts'
import { atOnce } from '../../src/work.ts'

const where = 'https://code.example/acme/app/blob/main/.env#L3'

const report = (gate: Gate, body: unknown) =>
  gate.request('/leaks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const expectAnswer = async (response: Response, received: number, switchedOff: number) => {
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.json()).toEqual({
    success: true,
    data: { received, switched_off: switchedOff },
  })
}

const rowOf = ({ services, production }: Gate) => atOnce(services.keys.live(production.id))
const lines = ({ services }: Gate) => atOnce(services.audit.list({ limit: 100 }))

test('a live key that is reported is refused from that instant on, and the audit says by whom and where', async () => {
  const gate = createGate()
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
  await expectAnswer(await report(gate, { key: gate.key, where }), 1, 1)
  await expectRefusal(await gate.authorized('/api/v1/key'), 403, 'access_disabled')
  expect(rowOf(gate)).toMatchObject({ leakedAt: gate.clock.now(), leakedWhere: where })
  expect(lines(gate)).toMatchObject([
    {
      action: 'key.leaked',
      actor: 'leak finder',
      agencyId: gate.agency.id,
      environment: 'production',
      target: `…${tokenLast4(gate.key)}, found at ${where}; access was disabled`,
    },
  ])
})

test('a reported key never ends a neighbour: the other environment goes on', async () => {
  const gate = createGate()
  const staging = gate.issue(gate.environment('staging').id)
  await expectAnswer(await report(gate, { key: gate.key }), 1, 1)
  expect((await gate.authorized('/api/v1/key', {}, staging)).status).toBe(200)
})

test('of many reports each is looked at, and the answer tells nothing but their number', async () => {
  const gate = createGate()
  const replaced = gate.key
  const live = gate.issue()
  const body = [{ key: replaced }, { key: mintToken() }, { key: 'no key' }, { key: live, where }]
  const response = await report(gate, body)
  const said = await everythingIn(response)
  await expectAnswer(response, 4, 1)
  for (const key of [live, replaced]) expect(said).not.toContain(tokenLast4(key))
})

test('a replaced, an unknown and a malformed key change nothing', async () => {
  const gate = createGate()
  const replaced = gate.key
  const live = gate.issue()
  for (const key of [replaced, mintToken(), `${live.slice(0, -1)}!`, ''])
    await expectAnswer(await report(gate, { key, where }), 1, 0)
  expect((await gate.authorized('/api/v1/key', {}, live)).status).toBe(200)
  expect(lines(gate)).toEqual([])
})

test('told twice it is written once; let in again and found again, it is switched off again', async () => {
  const gate = createGate()
  await report(gate, { key: gate.key })
  await expectAnswer(await report(gate, { key: gate.key, where }), 1, 1)
  expect(lines(gate)).toHaveLength(1)
  atOnce(gate.services.environments.enableAccess(gate.production.id))
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
  await report(gate, { key: gate.key, where })
  await expectRefusal(await gate.authorized('/api/v1/key'), 403, 'access_disabled')
  expect(lines(gate)).toHaveLength(2)
})

test('wrong keys count against their address, as at every other door; a live one from there is switched off', async () => {
  const gate = createGate()
  const wrong = Array.from({ length: 50 }, () => ({ key: mintToken() }))
  await expectAnswer(await report(gate, wrong), 50, 0)
  for (let tried = 0; tried < 10; tried++) await gate.authorized('/api/v1/key', {}, mintToken())
  const refused = await report(gate, [{ key: mintToken() }, { key: gate.key }])
  await expectRefusal(refused, 429, 'too_many_invalid_keys')
  await expectRefusal(await gate.authorized('/api/v1/key'), 403, 'access_disabled')
  await expectRefusal(await gate.authorized('/api/v1/key', {}, mintToken()), 429, 'too_many_invalid_keys')
})

test.each([
  ['no JSON', 'key=x', 400, 'invalid_json'],
  ['no key', {}, 400, 'invalid_body'],
  ['another field', { key: 'x', token: 'y' }, 400, 'invalid_body'],
  ['no report', [], 400, 'invalid_body'],
  ['too many', Array.from({ length: 51 }, () => ({ key: 'x' })), 400, 'invalid_body'],
  ['too much', 'x'.repeat(40_000), 413, 'body_too_large'],
] as const)('%s is refused in the one shape, and without what was sent', async (_, body, status, code) => {
  const { sentence } = await expectRefusal(await report(createGate(), body), status, code)
  expect(sentence).not.toContain('token')
})

test('a form is no report, and there is nothing to see at the path', async () => {
  const gate = createGate()
  const form = await gate.request('/leaks', { method: 'POST', body: new URLSearchParams({ key: gate.key }) })
  await expectRefusal(form, 415, 'unsupported_media_type')
  await expectRefusal(await gate.request('/leaks'), 405, 'method_not_allowed')
})

test('of where it was found nothing is kept that could be a secret', async () => {
  const gate = createGate()
  const escaped = gate.key.replace('b', '%62')
  for (const [told, kept] of [
    [`https://user:pass@code.example/a?token=${gate.key}#L3`, 'https://code.example/a#L3'],
    [`https://code.example/${gate.key}`, 'https://code.example'],
    [`https://code.example/${escaped}`, 'https://code.example'],
    [`https://code.example/%25${escaped.slice(1)}`, 'https://code.example'],
    [`https://code.example/#${gate.key}`, 'https://code.example'],
    [`https://code.example/${'x'.repeat(1000)}`, 'https://code.example'],
    [`https://${gate.key}.code.example/`, null],
    ['javascript:alert(1)', null],
    ['in the chat', null],
  ] as const) {
    atOnce(gate.services.environments.enableAccess(gate.production.id))
    await report(gate, { key: gate.key, where: told })
    const { leakedWhere } = rowOf(gate) ?? {}
    expect({ told, leakedWhere }).toEqual({ told, leakedWhere: kept })
  }
})

test('the page says so until the key is rotated, and access stays off until then, for operators too', async () => {
  const gate = createGate()
  const { post, visit } = await createOperator(gate)
  const api = `/admin/agencies/${gate.agency.id}/integrations/api`
  await report(gate, { key: gate.key, where })
  for (const path of [api, `${api}/production/rotate`]) {
    const text = await textOf(await visit(path))
    expect(text).toContain(
      `This key has leaked. It was reported at ${where} on 15 Jan 2026, 12:00 UTC, and API access was disabled`,
    )
    expect(text).toContain('Rotate the key, update your systems with the new one, then enable access.')
  }
  expect(await textOf(await visit(api))).toContain('The key was reported as leaked. Rotate it;')

  expect((await post(`${api}/production/access`, { enabled: 'true' })).status).toBe(403)
  const rotated = await post(`${api}/production/key`, { replaces: rowOf(gate)?.id ?? '' })
  expect(await textOf(rotated)).toContain('Requests with this key get 403')
  const text = await textOf(await visit(api))
  expect(text).not.toContain('has leaked')
  expect(text).toContain('Disabled. Every request gets 403')
})

test('a report that the disk does not take is no report: 503, and the finder tries again', async () => {
  const gate = createGate()
  gate.database.sqlite.run('PRAGMA query_only = ON')
  await expectRefusal(await report(gate, { key: gate.key }), 503, 'storage_unavailable')
  gate.database.sqlite.run('PRAGMA query_only = OFF')
  await expectAnswer(await report(gate, { key: gate.key }), 1, 1)
})

test('an admin token that is reported is revoked from that instant on, and the audit says where it was found', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const { token } = await perform(createToken, { name: 'ci', permission: ['*'] }, commandLineActor)
  await expectAnswer(await report(gate, { key: token, where }), 1, 1)
  expect(await perform(listTokens, {}, commandLineActor)).toEqual([])
  expect(lines(gate)[0]).toMatchObject({
    action: 'token.leaked',
    actor: 'leak finder',
    target: `ci, found at ${where}; it was revoked`,
  })
  await expectAnswer(await report(gate, { key: token, where }), 1, 0)
})
