import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { issueKey } from '../../src/keys/issue.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { everythingIn, expectRefusal } from '../support/refusal.ts'
import { atOnce } from '../../src/work.ts'

const path = '/api/v1/calls/trigger'
const phone_number = '+15551234507'

describe('GET /calls/{call_id}', () => {
  const roundTrip = async (gate: Gate, body: string | object) => {
    const { call_id } = await answer(await gate.postJson(path, body))
    return gate.authorized(`/api/v1/calls/${call_id}`)
  }

  test('gives back what was ordered', async () => {
    const gate = createGate()
    const order = {
      phone_number,
      name: 'Zoë 😀 李',
      email: 'zoe@example.com',
      metadata: { deal: 7, list: [null, 'a'] },
    }
    const { data } = await answer(await roundTrip(gate, order))
    expect(data).toMatchObject({
      ...order,
      status: 'initiated',
      environment: 'production',
      agent_id: gate.agent.id,
      created_at: '2026-01-15T12:00:00.000Z',
      ended_at: null,
    })
  })

  test('gives back any name and any metadata unchanged', async () => {
    const gate = createGate({ requestsPerMinute: 1_000_000, concurrentCalls: 1_000_000 })
    const order = fc.record({
      phone_number: fc.constant(phone_number),
      name: fc.string({ unit: 'binary', maxLength: 60 }),
      metadata: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 })),
    })
    await fc.assert(
      fc.asyncProperty(order, async (ordered) => {
        const json = JSON.stringify(ordered)
        const { data } = await answer(await roundTrip(gate, json))
        expect(JSON.stringify({ name: data?.name, metadata: data?.metadata })).toBe(
          JSON.stringify({
            name: ordered.name.trim() === '' ? null : ordered.name,
            metadata: JSON.parse(json).metadata,
          }),
        )
      }),
      { numRuns: 200 },
    )
  })

  test('never gives back another name than was sent: half a surrogate pair is refused', async () => {
    const gate = createGate()
    const response = await gate.postJson(path, `{"phone_number":"${phone_number}","name":"Zo\\ud800"}`)
    expect(response.status).toBe(400)
  })

  test('gives back metadata named __proto__ and constructor, and pollutes nothing', async () => {
    const gate = createGate()
    const metadata = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
    const response = await roundTrip(gate, `{"phone_number":"${phone_number}","metadata":${metadata}}`)
    expect(await response.text()).toContain(`"metadata":${metadata}`)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  test('of another agency is refused, to look at and to end', async () => {
    const gate = createGate()
    const { agencies, environments, keys } = gate.services
    const other = atOnce(environments.find(atOnce(agencies.create('Other', 'agency', 0)).id, 'production'))
    const stranger = atOnce(issueKey(keys, other?.id ?? '', 0)).token
    const { call_id } = await answer(await gate.trigger('07'))
    const look = await gate.authorized(`/api/v1/calls/${call_id}`, {}, stranger)
    const end = await gate.authorized(`/api/v1/calls/${call_id}/end`, { method: 'POST' }, stranger)
    for (const response of [look, end]) {
      expect(await everythingIn(response)).not.toContain(phone_number)
      await expectRefusal(response, 403, 'wrong_agency')
    }
    expect(atOnce(gate.services.calls.find(call_id ?? ''))?.status).toBe('initiated')
  })

  test('of the agency’s other environment is as unknown as one that never was', async () => {
    const gate = createGate()
    const staging = gate.issue(gate.environment('staging').id)
    const { call_id } = await answer(await gate.trigger('07'))
    const theirs = await expectRefusal(
      await gate.authorized(`/api/v1/calls/${call_id}`, {}, staging),
      404,
      'not_found',
    )
    const none = await expectRefusal(
      await gate.authorized(`/api/v1/calls/${crypto.randomUUID()}`, {}, staging),
      404,
      'not_found',
    )
    expect(theirs.sentence).toBe(none.sentence)
    await expectRefusal(
      await gate.authorized(`/api/v1/calls/${call_id}/end`, { method: 'POST' }, staging),
      404,
      'not_found',
    )
  })
})
