import { describe, expect, test } from 'bun:test'
import { answer, createGate } from '../support/gate.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { serving } from '../support/fakes/serving.ts'
import { createOperator } from '../support/page.ts'
import { expectRefusal } from '../support/refusal.ts'
import { expectNothingLeft } from '../support/rows.ts'
import { listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

const path = '/api/v1/calls/trigger'
const phone_number = '+15551234500'
const bodyWith = (metadata: string) => `{"phone_number":"${phone_number}","metadata":${metadata}}`

const kept = [
  '{"contact":12345678901234567890}',
  '{"contact":-9007199254740993,"list":[9223372036854775807]}',
  '{"score":1e999,"tiny":1e-999}',
  '{"price":12.50,"whole":1.0,"count":1e3,"zero":-0}',
  '{"pi":3.14159265358979323846264338327950288}',
  '{"__proto__":{"contact":12345678901234567890},"constructor":1}',
  '{"half":"\\ud800","nul":"\\u0000","":{"":null}}',
]

describe('metadata comes back as it was sent', () => {
  test.each(kept)(
    '%s: in the call, in the list of calls, when it is ended, and in webhooks',
    async (metadata) => {
      const gate = createGate()
      listen(gate, 'https://example.com/hook')
      const { call_id = '' } = await answer(await gate.postJson(path, bodyWith(metadata)))
      await gate.clock.advance(2000)
      const responses = [
        await gate.authorized(`/api/v1/calls/${call_id}`),
        await gate.authorized('/api/v1/calls'),
        await gate.authorized(`/api/v1/calls/${call_id}/end`, { method: 'POST' }),
      ]
      const payloads = atOnce(gate.services.deliveries.ofCall(call_id)).map(({ payload }) => payload)
      expect(payloads).toHaveLength(2)
      for (const text of [...payloads, ...(await Promise.all(responses.map((response) => response.text())))])
        expect(text).toContain(`"metadata":${metadata}`)
    },
  )

  test('in the order to a dialler of one’s own', async () => {
    await using fake = await startFakeHttp()
    const { agent, credentials } = fake
    using dialler = await serving(Response.json({ id: 'theirs' }))
    const gate = createGate()
    const { accounts, agents } = gate.services
    atOnce(
      accounts.save({ agencyId: gate.agency.id, provider: 'http', baseUrl: dialler.url, credentials }, 0),
    )
    const { id } = atOnce(agents.create(gate.agency.id, { name: 'Bob', provider: 'http', ...agent }, 0))
    const sent = kept.map((metadata) => bodyWith(metadata).replace('{', `{"agent_id":"${id}",`))
    for (const body of sent) await gate.postJson(path, body)
    await gate.clock.advance(0)
    await gate.services.dispatcher.idle()
    const orders = dialler.seen.map(({ body }) => body)
    for (const metadata of kept) expect(orders.join('\n')).toContain(`"metadata":${metadata}`)
  })

  test('on the page of the call', async () => {
    const gate = createGate()
    const operator = await createOperator(gate)
    const { call_id } = await answer(await gate.postJson(path, bodyWith('{"contact":12345678901234567890}')))
    const page = await operator.visit(`/admin/agencies/${gate.agency.id}/calls/${call_id}`)
    expect(await page.text()).toContain('12345678901234567890')
  })
})

test('two requests that differ in the last digit of a long number are two requests', async () => {
  const gate = createGate()
  const send = (contact: string) =>
    gate.authorized(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'contact' },
      body: bodyWith(`{"contact":${contact}}`),
    })
  const { call_id } = await answer(await send('12345678901234567890'))
  expect((await answer(await send('12345678901234567890'))).call_id).toBe(call_id ?? '')
  await expectRefusal(await send('12345678901234567891'), 422, 'idempotency_mismatch')
})

describe('a body that says one thing twice is refused, whichever of them it means', () => {
  test.each([
    ['the number', `{"phone_number":"+15551234501","phone_number":"${phone_number}"}`],
    [
      'the number, spelled in two ways',
      `{"phone_number":"${phone_number}","phone\\u005fnumber":"+15551234501"}`,
    ],
    ['a key of the metadata', bodyWith('{"deal":1,"deal":1}')],
    ['a key deep in the metadata', bodyWith('{"a":[{"b":{"deal":"{\\"","x":[],"deal" : 2}}]}')],
    ['__proto__', bodyWith('{"__proto__":1,"__proto__":2}')],
  ])('%s', async (_what, body) => {
    const gate = createGate()
    const { sentence } = await expectRefusal(await gate.postJson(path, body), 400, 'invalid_json')
    expect(sentence).toContain('a duplicate key')
    expectNothingLeft(gate)
  })

  test('the same key in two objects, and as a value, is no such thing', async () => {
    const body = bodyWith('{"deal":{"deal":["deal","deal"]},"x":[{"deal":"\\"deal\\":"},{"deal":"deal"}]}')
    expect((await createGate().postJson(path, body)).status).toBe(200)
  })
})

test.each(['12345678901234567890', '1.0', '-0', '1e999'])('%s is no metadata', async (number) => {
  const gate = createGate()
  const { sentence } = await expectRefusal(await gate.postJson(path, bodyWith(number)), 400, 'invalid_body')
  expect(sentence).toContain('metadata must be an object')
  expectNothingLeft(gate)
})

test('an exact number counts as no level of its own: 32 levels are taken, and 33 refused', async () => {
  const gate = createGate()
  const nested = (levels: number) => bodyWith(`${'{"a":'.repeat(levels - 1)}1.0${'}'.repeat(levels - 1)}`)
  expect((await gate.postJson(path, nested(32))).status).toBe(200)
  await expectRefusal(await gate.postJson(path, nested(33)), 400, 'invalid_json')
})
