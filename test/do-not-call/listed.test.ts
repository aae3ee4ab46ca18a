import { describe, expect, test } from 'bun:test'
import { deleteAgency } from '../../src/agencies/operations/delete.ts'
import { saysOptOut } from '../../src/calls/call-details.ts'
import { forgetPerson } from '../../src/calls/operations/forget.ts'
import { addNumber, listNumbers } from '../../src/do-not-call/operations/entries.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { Webhook } from 'standardwebhooks'
import { startFakeHttp } from '../support/fakes/http.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { oldCall } from '../support/old-rows.ts'
import { expectRefusal } from '../support/refusal.ts'
import { connect, until } from '../support/scenarios.ts'
import { atOnce } from '../../src/work.ts'

const phone_number = '+15551234567'
const acme = { agency: 'Acme' }
const order = { phone_number }
const list = ({ services }: Gate, of: { agency?: string } = acme) =>
  services.perform(addNumber, { phone_number, ...of }, commandLineActor)
const entries = ({ services }: Gate) => services.perform(listNumbers, acme, commandLineActor)

test.each([
  ['agency', acme],
  ['gate', {}],
])('a real call to a number on the list of the %s is refused, and takes no slot', async (_, of) => {
  await using fake = await startFakeHttp()
  const { gate, slots } = connect(fake)
  await list(gate, of)
  await expectRefusal(await gate.postJson('/api/v1/calls/trigger', order), 403, 'do_not_call')
  expect(slots()).toBe(0)
})

test('a number that is listed between its trigger and its dispatch is not called', async () => {
  await using fake = await startFakeHttp()
  const { gate, callNow, slots } = connect(fake)
  let placed = 0
  fake.watch(() => void placed++)
  const response = await gate.postJson('/api/v1/calls/trigger', order)
  const { call_id: id } = (await response.json()) as { call_id: string }
  expect(response.status).toBe(200)
  await list(gate)
  await gate.clock.advance(0)
  await until(() => callNow(id).endedAt !== null)
  expect(callNow(id)).toMatchObject({
    status: 'canceled',
    reasonCode: 'do_not_call',
    reason: 'This number is on a do-not-call list.',
  })
  expect([placed, slots()]).toEqual([0, 0])
})

describe('a person who opts out in a call', () => {
  const reported = async (said: object) => {
    await using fake = await startFakeHttp()
    const { gate, place, account } = connect(fake)
    const call = await place()
    const send = async (more: object) => {
      const body = JSON.stringify({ call_id: call.id, status: 'completed', ...more })
      const at = new Date(gate.clock.now())
      const headers = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(fake.credentials['hook_secret'] ?? '').sign('msg_1', at, body),
      }
      const path = `/hooks/http/${account.id}`
      expect((await gate.request(path, { method: 'POST', headers, body })).status).toBe(200)
    }
    await send(said)
    return { gate, call, send }
  }

  test.each([
    ['by the report', { opt_out: true }],
    ['by the analysis', { analysis: { opt_out: true } }],
    ['by an analysis too long to keep', { analysis: { data: { long: 'x'.repeat(70_000), opt_out: true } } }],
  ])('%s is listed by the call’s agency for good, once', async (_, said) => {
    const { gate, call, send } = await reported(said)
    const listed = [
      {
        id: expect.any(String) as string,
        hint: '+1…67',
        source: 'provider',
        reason: `opted out in call ${call.id}`,
        added_at: new Date(gate.clock.now()).toISOString(),
        expires_at: null,
      },
    ]
    expect(await entries(gate)).toEqual(listed)
    expect(call.now().optedOut).toBe(true)
    gate.clock.step(1000)
    await send(said)
    expect(await entries(gate)).toEqual(listed)
    expect(atOnce(gate.services.audit.list({ limit: 9 }))).toMatchObject([
      {
        action: 'dnc.added',
        actor: 'provider http',
        agencyId: gate.agency.id,
        environment: 'production',
        target: '+1…67',
      },
    ])
    await expectRefusal(await gate.postJson('/api/v1/calls/trigger', order), 403, 'do_not_call')
  })

  test('is listed when the provider says so only later, also where it denied it before', async () => {
    const { gate, send } = await reported({ analysis: { opt_out: false } })
    expect(await entries(gate)).toEqual([])
    await send({ opt_out: true })
    expect(await entries(gate)).toHaveLength(1)
  })

  test('is listed together with the change of the call, or not at all', async () => {
    await using fake = await startFakeHttp()
    const { gate, place } = connect(fake)
    const call = await place()
    gate.database.sqlite.run(
      "create trigger full before insert on audit begin select raise(abort, 'full'); end",
    )
    const ended = { type: 'ended', at: gate.clock.now(), status: 'completed', optedOut: true } as const
    const { lifecycle } = gate.services
    expect(lifecycle.change(call.id, (before) => ({ ...before, optedOut: ended.optedOut }))).rejects.toThrow()
    await gate.clock.advance(0)
    expect(call.now().optedOut).toBe(false)
    expect(await entries(gate)).toEqual([])
  })
})

test.each([
  ['Vapi’s structured data', { structuredData: { opt_out: true } }],
  ['Vapi’s structured outputs', { structuredOutputs: { a: { name: 'opt_out', result: true } } }],
  ['Retell’s custom analysis', { call_successful: true, custom_analysis_data: { opt_out: true } }],
  ['ElevenLabs’ data collection', { data_collection_results: { opt_out: { value: true, rationale: '' } } }],
  ['Bland’s variables', { variables: { opt_out: 'true' } }],
])('%s says so under the name opt_out', (_, analysis) => {
  expect(saysOptOut(analysis)).toBe(true)
})

test.each([
  { structuredData: { opt_out: false } },
  { structuredOutputs: { a: { name: 'opt_out', result: false }, b: { name: 'other', result: true } } },
  { data_collection_results: { opt_out: { value: null } } },
  { variables: { opt_out: 'no', other: true } },
  { a: { b: { c: { d: { opt_out: true } } } } },
  { opt_out: null },
])('nobody opts out by %j', (analysis) => {
  expect(saysOptOut(analysis)).toBe(false)
})

test('erasing a person keeps their entries', async () => {
  const gate = createGate()
  await list(gate)
  await list(gate, {})
  oldCall(gate, gate.clock.now(), { phoneNumber: phone_number })
  const { doNotCall, perform } = gate.services
  expect(await perform(forgetPerson, { phone: phone_number }, commandLineActor)).toMatchObject({ calls: 1 })
  expect([null, gate.agency.id].map((owner) => atOnce(doNotCall.find(owner, phone_number))?.hint)).toEqual([
    '+1…67',
    '+1…67',
  ])
})

test('deleting an agency removes its entries, rules, spending and numbers called, and nothing of others', async () => {
  const gate = createGate()
  const { agencies, policies, spending, perform } = gate.services
  const now = gate.clock.now()
  const other = atOnce(agencies.create('Other', 'agency', now))
  const rowsOf = (table: string) =>
    gate.database.sqlite.query<{ n: number }, []>(`select count(*) as n from ${table}`).get()?.n
  const fill = (agencyId: string, environmentId: string) => {
    const rules = atOnce(policies.find({ agencyId: null, environmentId: null }, 'operator'))
    if (!rules) throw new Error('the gate has no rules')
    atOnce(policies.set({ agencyId, environmentId: null }, 'admin', rules, now))
    atOnce(policies.set({ agencyId, environmentId }, 'operator', rules, now))
    atOnce(
      spending.add(environmentId, '2026-01-15', {
        calls: 1,
        seconds: 1,
        reservedSeconds: 0,
        cents: { EUR: 5 },
      }),
    )
    atOnce(
      spending.dial({
        id: Bun.randomUUIDv7(),
        agencyId,
        environmentId,
        phoneNumber: phone_number,
        createdAt: now,
      }),
    )
  }
  fill(gate.agency.id, gate.production.id)
  fill(other.id, gate.environment('production', other.id).id)
  await list(gate)
  await list(gate, { agency: 'Other' })
  await list(gate, {})
  const counts = () => ['policies', 'spending', 'dialled', 'do_not_call'].map(rowsOf)
  expect(counts()).toEqual([5, 4, 2, 3])
  await perform(deleteAgency, acme, commandLineActor)
  gate.services.start()
  await gate.clock.advance(90_000)
  gate.services.halt()
  expect(counts()).toEqual([3, 2, 1, 2])
})
