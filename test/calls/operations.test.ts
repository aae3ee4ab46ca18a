import { describe, expect, test } from 'bun:test'
import { endCall, releaseCall } from '../../src/calls/operations/end.ts'
import { listCalls, showCall } from '../../src/calls/operations/list.ts'
import { triggerCall } from '../../src/calls/operations/trigger.ts'
import { ApiError, type Reason } from '../../src/failures.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createToken } from '../../src/people/operations/tokens.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { triggered, undispatched } from '../support/orders.ts'
import { expectNothingLeft } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

const production = { agency: 'Acme', environment: 'production' as const }
const order = { ...production, phone_number: '+15551234507' }

const reasonOf = (doing: Promise<unknown>): Promise<Reason | 'done'> =>
  doing.then(
    () => 'done' as const,
    (error: { reason: Reason }) => error.reason,
  )

const auditOf = ({ services }: Gate) =>
  atOnce(services.audit.list({ limit: 10 })).map(({ actor, environment, action, target }) => [
    actor,
    environment,
    action,
    target,
  ])

describe('call.trigger', () => {
  test('an admin token never places a call, whatever it may, and plays one on the simulator', async () => {
    const gate = createGate()
    const { agents, perform } = gate.services
    atOnce(agents.change(gate.agent.id, { name: 'Ann', provider: 'vapi', ref: 'a', fromNumber: 'n' }))
    const refused = await perform(triggerCall, order, tokenWith(['*'])).catch((error: unknown) => error)
    expect(refused).toMatchObject({ reason: 'wrong_credential', status: 401 })
    expect((refused as ApiError).message).toStartWith('This is an admin token, which never places a call.')
    expectNothingLeft(gate)
    const call = await perform(triggerCall, { ...order, simulated: true }, tokenWith(['call.trigger']))
    expect(call).toMatchObject({ status: 'initiated', provider: 'simulator', phone_number: '+15551234507' })
    expect(auditOf(gate)).toEqual([['token ci', 'production', 'call.test', call.call_id]])
  })

  test('a real call goes to the agent’s provider, and its line says who placed it and names no number', async () => {
    const gate = createGate()
    atOnce(
      gate.services.agents.change(gate.agent.id, {
        name: 'Ann',
        provider: 'vapi',
        ref: 'a',
        fromNumber: 'n',
      }),
    )
    const call = await gate.services.perform(triggerCall, order, commandLineActor)
    expect(call).toMatchObject({ provider: 'vapi', from_number: 'n', environment: 'production' })
    expect(auditOf(gate)).toEqual([['command line', 'production', 'call.triggered', call.call_id]])
    expect(gate.services.leases.count(gate.production.id)).toBe(1)
  })

  test('the call and its line are on disk together or not at all', async () => {
    const gate = createGate()
    gate.database.sqlite.run(
      "create trigger full before insert on audit begin select raise(abort, 'full'); end",
    )
    expect(await reasonOf(gate.services.perform(triggerCall, order, commandLineActor))).not.toBe('done')
    expectNothingLeft(gate)
  })

  test('no call is made for whoever is gone before it is on disk', async () => {
    const gate = createGate()
    const gone = function* () {
      throw new ApiError('request_aborted')
    }
    const asked = gate.services.perform(triggerCall, order, { ...commandLineActor, confirm: gone })
    expect(await reasonOf(asked)).toBe('request_aborted')
    expectNothingLeft(gate)
  })

  test('what travels along comes back to the last digit, and a blank field counts as left out', async () => {
    const { services } = createGate()
    const metadata = JSON.parse('{"order": 7, "__proto__": "x"}') as Record<string, unknown>
    const given = { name: 'Jane', email: ' jane@example.com ', agent_id: '', metadata }
    const call = await services.perform(triggerCall, { ...order, ...given }, commandLineActor)
    expect(call).toMatchObject({ name: 'Jane', email: 'jane@example.com' })
    expect(JSON.stringify(call.metadata)).toBe(JSON.stringify(metadata))
  })

  test.each([
    [{ phone_number: '5551234507' }, 'invalid_phone_number', 'Invalid phone number format'],
    [{ email: 'nobody' }, 'invalid_input', 'email must be a valid email address.'],
    [{ name: 'x'.repeat(201) }, 'invalid_input', 'name must have at most 200 characters.'],
    [{ agent_id: 'Ann' }, 'invalid_input', 'agent_id must be a UUID.'],
    [{ metadata: [] }, 'invalid_input', 'metadata must be an object.'],
    [{ agent_id: crypto.randomUUID() }, 'agent_not_found', 'Agent not found'],
    [{ environment: 'staging' }, 'no_agent', 'No agent specified and no default agent configured'],
    [{ phone_number: undefined }, 'invalid_input', 'phone_number is required.'],
  ])('%j is refused as the API refuses it: %s', async (given, reason, sentence) => {
    const gate = createGate()
    const input = { ...order, ...given } as typeof order
    const refused = await gate.services
      .perform(triggerCall, input, commandLineActor)
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ reason, message: sentence })
    expectNothingLeft(gate)
  })

  test('a plan without API access and a full set of slots refuse it as they refuse any call', async () => {
    const gate = createGate({ concurrentCalls: 1 })
    const { agencies, perform } = gate.services
    await perform(triggerCall, order, commandLineActor)
    expect(await reasonOf(perform(triggerCall, order, commandLineActor))).toBe('concurrency_limited')
    atOnce(agencies.setPlan(gate.agency.id, 'growth'))
    const simulated = { ...order, simulated: true }
    expect(await reasonOf(perform(triggerCall, simulated, commandLineActor))).toBe('plan_required')
  })

  test('takes nothing of the window', async () => {
    const gate = createGate()
    for (let made = 0; made < 5; made++) await gate.services.perform(triggerCall, order, commandLineActor)
    expect(gate.services.windows.count(gate.production.id, gate.clock.monotonic())).toBe(0)
  })
})

test('calls of both environments are listed together, newest first, and never more than asked for', async () => {
  const gate = createGate()
  const { perform } = gate.services
  const staging = gate.environment('staging')
  const made = Array.from({ length: 6 }, (_, at) =>
    undispatched(gate, `0${at}`, at % 2 === 0 ? {} : { environmentId: staging.id }),
  )
  const idsOf = async (input: object) =>
    (await perform(listCalls, { agency: 'Acme', ...input }, adminOf(gate.agency.id))).map(
      ({ call_id, environment }) => [call_id, environment],
    )
  const all = made.map(({ id }, at) => [id, at % 2 === 0 ? 'production' : 'staging']).toReversed()
  expect(await idsOf({})).toEqual(all)
  expect(await idsOf({ limit: 2 })).toEqual(all.slice(0, 2))
  expect(await idsOf({ before: made[3]?.id })).toEqual(all.slice(3))
  expect(await idsOf({ environment: 'staging', status: 'initiated', agent: gate.agent.id })).toEqual(
    all.filter(([, environment]) => environment === 'staging'),
  )
  expect(await idsOf({ status: 'busy' })).toEqual([])
  expect(await idsOf({ agent: crypto.randomUUID() })).toEqual([])
  for (const wrong of [{ limit: 101 }, { limit: 0 }, { status: 'odd' }, { before: 'x' }])
    expect(await reasonOf(idsOf(wrong))).toBe('invalid_input')
})

test('a call is shown as the API shows it', async () => {
  const gate = createGate()
  const call = await triggered(gate, '00')
  await gate.clock.advance(10_000)
  const { data } = await answer(await gate.authorized(`/api/v1/calls/${call.id}`))
  const shown = await gate.services.perform(
    showCall,
    { agency: 'Acme', call: call.id.toUpperCase() },
    adminOf(gate.agency.id),
  )
  expect(data).toEqual(shown)
})

test('a call of another agency is as unknown as none, to look at and to end; nobody but an operator releases', async () => {
  const gate = createGate()
  const { agencies, perform } = gate.services
  const other = atOnce(agencies.create('Other', 'agency', 0))
  const call = await triggered(gate, '07')
  for (const id of [call.id, crypto.randomUUID()]) {
    const theirs = { agency: other.id, call: id }
    for (const operation of [showCall, endCall])
      expect(await reasonOf(perform(operation, theirs, adminOf(other.id)))).toBe('not_found')
    expect(await reasonOf(perform(releaseCall, theirs, adminOf(other.id)))).toBe('operator_only')
  }
  const own = { agency: 'Acme', call: call.id }
  for (const actor of [adminOf(gate.agency.id), tokenWith(['*'], gate.agency.id)])
    expect(await reasonOf(perform(releaseCall, own, actor))).toBe('operator_only')
  expect(call.now().endedAt).toBeNull()
})

describe('ending and releasing', () => {
  const cases = [
    ['call.end', endCall, 'call.ended'],
    ['call.release', releaseCall, 'call.released'],
  ] as const

  test.each(cases)(
    '%s says what it ends, and leaves one line however often it is asked',
    async (_, operation, action) => {
      const gate = createGate()
      const { perform } = gate.services
      const call = await triggered(gate, '07')
      await gate.clock.advance(3000)
      const input = { agency: 'Acme', call: call.id }
      expect(await perform.preview(operation, input, commandLineActor)).toContain('+15551234507')
      await Promise.all([1, 2, 3].map(() => perform(operation, input, commandLineActor)))
      expect(await perform(operation, input, commandLineActor)).toMatchObject({ call_id: call.id })
      expect(call.now().endedAt).not.toBeNull()
      expect(gate.services.leases.count(gate.production.id)).toBe(0)
      expect(auditOf(gate)).toEqual([['command line', 'production', action, call.id]])
      expect(await perform.preview(operation, input, commandLineActor)).toBeUndefined()
    },
  )

  test.each(cases)('%s that cannot write its line changes nothing', async (_, operation) => {
    const gate = createGate()
    const call = await triggered(gate, '07')
    gate.database.sqlite.run(
      "create trigger full before insert on audit begin select raise(abort, 'full'); end",
    )
    const input = { agency: 'Acme', call: call.id }
    expect(await reasonOf(gate.services.perform(operation, input, commandLineActor))).not.toBe('done')
    expect(call.now().endedAt).toBeNull()
  })
})

test('without a server nothing is begun and nothing ended', async () => {
  const gate = createGate({ isServing: false })
  const { perform } = gate.services
  const call = undispatched(gate)
  const input = { agency: 'Acme', call: call.id }
  expect(await reasonOf(perform(triggerCall, order, commandLineActor))).toBe('server_needed')
  for (const operation of [endCall, releaseCall])
    expect(await reasonOf(perform(operation, input, commandLineActor))).toBe('server_needed')
  expect(call.now().endedAt).toBeNull()
  expect(await perform(listCalls, { agency: 'Acme' }, commandLineActor)).toHaveLength(1)
})

test('through the admin API a simulated call is started, and a real one refused with what to send instead', async () => {
  const gate = createGate()
  const input = { name: 'ci', permission: ['call.*'], agency: 'Acme' }
  const { token } = await gate.services.perform(createToken, input, commandLineActor)
  const post = (body: object) => gate.postJson('/api/admin/v1/call.trigger', body, token)
  const refused = await post(order)
  expect(refused.status).toBe(401)
  expect(await answer(refused)).toMatchObject({ code: 'wrong_credential' })
  const started = await post({ ...order, simulated: true })
  expect(started.status).toBe(200)
  expect((await answer(started)).data).toMatchObject({ status: 'initiated', provider: 'simulator' })
})

test('a program that hangs up before its change is made changes nothing', async () => {
  const gate = createGate()
  const input = { name: 'ci', permission: ['*'] }
  const { token } = await gate.services.perform(createToken, input, commandLineActor)
  const client = new AbortController()
  const asked = gate.authorized(
    '/api/admin/v1/key.rotate',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(production),
      signal: client.signal,
    },
    token,
  )
  client.abort()
  expect(await answer(await asked)).toMatchObject({ code: 'request_aborted' })
  expect(atOnce(gate.services.keys.live(gate.production.id))?.last4).toBe(gate.key.slice(-4))
})
