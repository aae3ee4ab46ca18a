import { describe, expect, test } from 'bun:test'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { createOperator } from '../support/page.ts'
import { expectRefusal } from '../support/refusal.ts'
import { expectNothingLeft } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

const path = '/api/v1/calls/trigger'
const phone_number = '+15551234507'

const orderedWith = async (gate: Gate, fields: object) => {
  const { call_id } = await answer(await gate.postJson(path, { phone_number, ...fields }))
  return atOnce(gate.services.calls.find(call_id ?? ''))
}

describe('an e-mail address stops no call where mail could have it', () => {
  test.each([
    'tom&jerry@example.com',
    'a@b.xn--p1ai',
    'user+tag@example.com',
    "o'brien@example.ie",
    '#!$%&*+/=?^_`{|}~-@example.com',
    'a@localhost',
    'postmaster@[192.0.2.7]',
    'postmaster@[IPv6:2001:db8::1]',
    '"two words"@example.com',
    '"a\\"b@c"@example.com',
    '伊昭傑@郵件.商務',
    'θσερ@εχαμπλε.ψομ',
    'zoë@exämple.de',
    '😀@example.com',
    '123@456.example',
    `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.de`,
  ])('%s', async (email) => {
    expect((await orderedWith(createGate(), { email }))?.email).toBe(email)
  })

  test('and spaces around it are none of it', async () => {
    expect((await orderedWith(createGate(), { email: ' jane@example.com\n' }))?.email).toBe(
      'jane@example.com',
    )
  })

  test.each([
    'jane',
    'jane@',
    '@example.com',
    'jane@example..com',
    'jane@-example.com',
    'jane@example-.com',
    '.jane@example.com',
    'jane..doe@example.com',
    'jane@doe@example.com',
    'two words@example.com',
    '"open@example.com',
    'Jane <jane@example.com>',
    'jane@example.com, joe@example.com',
    'jane\r\nbcc: joe@example.com',
    'jane@[192.0.2.7',
    `${'a'.repeat(250)}@b.de`,
  ])('and what no mail could have is refused: %j', async (email) => {
    const gate = createGate()
    const { sentence } = await expectRefusal(
      await gate.postJson(path, { phone_number, email }),
      400,
      'invalid_body',
    )
    expect(sentence).toContain('email')
    expectNothingLeft(gate)
  })

  test('and half a surrogate pair is refused', async () => {
    const body = `{"phone_number":"${phone_number}","email":"a\\ud800@example.com"}`
    await expectRefusal(await createGate().postJson(path, body), 400, 'invalid_body')
  })
})

describe('blank is as good as left out', () => {
  test.each(['', ' ', '\t\n', null])('%j in each optional field of a trigger', async (blank) => {
    const gate = createGate()
    const fields = { agent_id: blank, name: blank, email: blank, metadata: blank }
    const call = await orderedWith(gate, fields)
    expect(call).toMatchObject({ agentId: gate.agent.id, name: null, email: null, metadata: null })
  })

  test('but not for the number', async () => {
    const response = await createGate().postJson(path, { phone_number: ' ' })
    await expectRefusal(response, 400, 'invalid_phone_number')
  })

  test('so that a retry may leave it out', async () => {
    const gate = createGate()
    const send = (fields: object) =>
      gate.authorized(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'order-7' },
        body: JSON.stringify({ phone_number, ...fields }),
      })
    const { call_id } = await answer(await send({ name: '', email: ' ' }))
    expect((await answer(await send({}))).call_id).toBe(call_id ?? '')
  })

  test('in the query of the list', async () => {
    const gate = createGate()
    await gate.trigger('07')
    const response = await gate.authorized('/api/v1/calls?limit=&status=%20&cursor=')
    expect((await answer(response)).data).toHaveLength(1)
  })

  test('in a report of a leak', async () => {
    for (const where of [null, '', ' ']) {
      const gate = createGate()
      const response = await gate.request('/leaks', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: gate.key, where }),
      })
      expect((await answer(response)).data).toEqual({ received: 1, switched_off: 1 })
    }
  })

  test('in the address of a page', async () => {
    const gate = createGate()
    const { visit } = await createOperator(gate)
    const agency = `/admin/agencies/${gate.agency.id}`
    for (const page of [
      `${agency}/calls?environment=&status=&agent=&before=`,
      `${agency}/audit?before=`,
      `${agency}/usage?request=`,
      `${agency}/integrations/api/production/webhook?before=&tested=`,
    ])
      expect({ page, status: (await visit(page)).status }).toEqual({ page, status: 200 })
  })
})
