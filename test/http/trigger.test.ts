import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openDatabase } from '../../src/storage/database.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { answer, createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'
import { callCount, expectNothingLeft } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

const path = '/api/v1/calls/trigger'
const phone_number = '+15551234507'

describe('refuses, and leaves neither a row nor a lease, a trigger with', () => {
  test.each<[string, unknown, string]>([
    ['null', null, 'a JSON object'],
    ['an array', [{ phone_number }], 'a JSON object'],
    ['a string', phone_number, 'a JSON object'],
    ['a number', 15551234507, 'a JSON object'],
    ['no field', {}, 'phone_number'],
    ['no phone_number', { name: 'Zoë' }, 'phone_number'],
    [
      'an unknown field',
      { phone_number, phone: phone_number },
      'phone_number, agent_id, name, email, metadata',
    ],
    [
      'a field of another case',
      { phone_number, Name: 'Zoë' },
      'phone_number, agent_id, name, email, metadata',
    ],
    ['a number as name', { phone_number, name: 42 }, 'name'],
    ['a name of 201 characters', { phone_number, name: 'x'.repeat(201) }, 'name'],
    ['no e-mail address as email', { phone_number, email: 'zoe(at)example.com' }, 'email'],
    ['an array as email', { phone_number, email: ['zoe@example.com'] }, 'email'],
    ['a string as metadata', { phone_number, metadata: 'deal 7' }, 'metadata'],
    ['an array as metadata', { phone_number, metadata: [1] }, 'metadata'],
    ['a name as agent_id', { phone_number, agent_id: 'Ann' }, 'agent_id'],
    ['a number as agent_id', { phone_number, agent_id: 7 }, 'agent_id'],
    ['an object as agent_id', { phone_number, agent_id: { $ne: null } }, 'agent_id'],
  ])('%s: invalid_body, and names the field', async (_what, body, named) => {
    const gate = createGate()
    const { sentence } = await expectRefusal(
      await gate.postJson(path, JSON.stringify(body)),
      400,
      'invalid_body',
    )
    expect(sentence).toContain(named)
    expectNothingLeft(gate)
  })

  test('__proto__ beside the known fields: invalid_body', async () => {
    const gate = createGate()
    const body = `{"phone_number":"${phone_number}","__proto__":{"polluted":true}}`
    await expectRefusal(await gate.postJson(path, body), 400, 'invalid_body')
    expectNothingLeft(gate)
  })

  test.each<[string, unknown]>([
    ['an empty string', ''],
    ['null', null],
    ['a JSON number', 15551234507],
    ['an array', ['+15551234507']],
    ['an object', { number: '+15551234507' }],
    ['no plus', '15551234507'],
    ['a plus only', '+'],
    ['two pluses', '++15551234507'],
    ['00 for the plus', '0015551234507'],
    ['a leading 0', '+05551234507'],
    ['16 digits', '+1234567890123456'],
    ['6 digits', '+123456'],
    ['spaces', '+1 555 123 4507'],
    ['dashes', '+1-555-123-4507'],
    ['brackets', '+1(555)1234507'],
    ['letters', '+1555FLOWERS'],
    ['an extension', '+15551234507x9'],
    ['a space before', ' +15551234507'],
    ['a space after', '+15551234507 '],
    ['a line break after', '+15551234507\n'],
    ['a NUL after', '+15551234507\u0000'],
    ['Arabic digits', '+١٥٥٥١٢٣٤٥٠٧'],
    ['fullwidth digits', '+１５５５１２３４５０７'],
    ['a fullwidth plus', '＋15551234507'],
    ['an invisible character', '+1555\u200b1234507'],
    ['a tel: prefix', 'tel:+15551234507'],
    ['a SIP address', 'sip:ann@example.com'],
  ])('a phone number that is or has %s: invalid_phone_number', async (_what, number) => {
    const gate = createGate()
    const response = await gate.postJson(path, { phone_number: number })
    const { sentence } = await expectRefusal(response, 400, 'invalid_phone_number')
    expect(sentence).toBe('Invalid phone number format')
    expectNothingLeft(gate)
  })
})

describe('the agent', () => {
  test('that nobody has is not found', async () => {
    const gate = createGate()
    const response = await gate.postJson(path, { phone_number, agent_id: crypto.randomUUID() })
    expect((await expectRefusal(response, 400, 'agent_not_found')).sentence).toBe('Agent not found')
    expectNothingLeft(gate)
  })

  test('of another agency is refused', async () => {
    const gate = createGate()
    const { agencies, agents } = gate.services
    const other = atOnce(agencies.create('Other', 'agency', 0))
    const theirs = atOnce(agents.create(other.id, { name: 'Bob', provider: 'simulator' }, 0))
    await expectRefusal(await gate.postJson(path, { phone_number, agent_id: theirs.id }), 403, 'wrong_agency')
    expectNothingLeft(gate)
  })

  test('must be named where the environment has no default', async () => {
    const gate = createGate()
    atOnce(gate.services.environments.setDefaultAgent(gate.production.id, null))
    const { sentence } = await expectRefusal(await gate.postJson(path, { phone_number }), 400, 'no_agent')
    expect(sentence).toBe('No agent specified and no default agent configured')
    expectNothingLeft(gate)
    expect((await gate.postJson(path, { phone_number, agent_id: gate.agent.id })).status).toBe(200)
  })

  test('that is named is taken before the default, in capitals too', async () => {
    const gate = createGate()
    const named = atOnce(
      gate.services.agents.create(gate.agency.id, { name: 'Bob', provider: 'simulator' }, 0),
    )
    for (const agent_id of [named.id, named.id.toUpperCase()]) {
      const { call_id = '' } = await answer(await gate.postJson(path, { phone_number, agent_id }))
      expect(atOnce(gate.services.calls.find(call_id))?.agentId).toBe(named.id)
    }
  })
})

describe('a granted trigger', () => {
  test('answers exactly success, call_id and status, once the call is on disk', async () => {
    const gate = createGate()
    const response = await gate.trigger('07')
    const { call_id = '' } = await answer(response.clone())
    expect(atOnce(gate.services.calls.find(call_id))).toMatchObject({
      status: 'initiated',
      dispatch: 'pending',
    })
    expect(await response.text()).toBe(`{"success":true,"call_id":"${call_id}","status":"initiated"}`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(gate.services.leases.count(gate.production.id)).toBe(1)
  })

  test('is never answered before it is on disk, for another connection to see', async () => {
    using directory = temporaryDirectory()
    const gate = createGate({ path: directory.database })
    const database = openDatabase(directory.database)
    expect(await gate.trigger().then(() => callCount({ database }))).toBe(1)
    database.close()
    gate.database.close()
  })

  test.each([
    ['7 digits', { phone_number: '+1234567' }],
    ['15 digits', { phone_number: '+123456789012345' }],
    ['null in optional fields', { phone_number, agent_id: null, name: null, email: null, metadata: null }],
    ['empty metadata', { phone_number, metadata: {} }],
  ])('may have %s', async (_what, body) => {
    expect((await createGate().postJson(path, body)).status).toBe(200)
  })
})

test('never answers a generated body with a 5xx, and repeats nothing of it', async () => {
  const gate = createGate({ requestsPerMinute: 1_000_000, concurrentCalls: 1_000_000 })
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(phone_number, gate.agent.id))
  const field = fc.constantFrom(
    'phone_number',
    'agent_id',
    'name',
    'email',
    'metadata',
    '__proto__',
    'toString',
  )
  const body = fc.oneof(
    fc.dictionary(field, value).map((fields) => JSON.stringify(fields)),
    fc.json(),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      const response = await gate.postJson(path, sent)
      expect([200, 400]).toContain(response.status)
      if (sent.length > 40) expect(await response.text()).not.toContain(sent.slice(1, -1))
    }),
    { numRuns: 1000 },
  )
})
