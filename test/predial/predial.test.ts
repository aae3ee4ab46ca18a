import { afterEach, describe, expect, test } from 'bun:test'
import { isOver } from '../../src/calls/call.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { setPredial, testPredial } from '../../src/predial/operations/predial.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { restarted } from '../support/orders.ts'
import { startReceiver } from '../support/receiver.ts'
import { deliver, listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

const eligible = () => Response.json({ eligible: true })

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

/** A gate whose production dials for real, at a fake of somebody's own dialler, and asks a hook before. */
const createHooked = async (script: Parameters<typeof startReceiver>[0], options = {}) => {
  const dialler = await startFakeHttp()
  const hook = startReceiver(script)
  cleanups.push(
    () => dialler[Symbol.asyncDispose](),
    () => hook[Symbol.asyncDispose](),
  )
  const gate = createGate(options)
  const { accounts, agents, environments, predialHooks } = gate.services
  const now = gate.clock.now()
  const { baseUrl, credentials } = dialler
  atOnce(accounts.save({ agencyId: gate.agency.id, provider: 'http', baseUrl, credentials }, now))
  const agent = atOnce(agents.create(gate.agency.id, { name: 'Real', provider: 'http', ref: 'sales' }, now))
  atOnce(environments.setDefaultAgent(gate.production.id, agent.id))
  const secret = mintWebhookSecret()
  atOnce(predialHooks.save(gate.production.id, hook.url, secret, now))
  hook.expect(secret)
  return { gate, hook, agent }
}

const place = async (gate: Gate, fields = {}) => {
  const body = { phone_number: '+12024561111', ...fields }
  const { call_id = '' } = await answer(await gate.postJson('/api/v1/calls/trigger', body))
  return call_id
}

/** Lets what a call waits for happen, at most a second of it. */
const until = async ({ clock }: Pick<Gate, 'clock'>, isReached: () => boolean) => {
  for (let at = 0; at < 200 && !isReached(); at++) {
    await clock.advance(0)
    await Bun.sleep(5)
  }
}

const stateOf = ({ services }: Pick<Gate, 'services'>, id: string) => {
  const call = atOnce(services.calls.find(id))
  return { dispatch: call?.dispatch, status: call?.status, code: call?.reasonCode, reason: call?.reason }
}

const settledCall = async (gate: Gate, id: string) => {
  await until(gate, () => {
    const call = atOnce(gate.services.calls.find(id))
    return call !== undefined && (isOver(call) || call.dispatch === 'placed')
  })
  return stateOf(gate, id)
}

describe('a hook that says yes', () => {
  test('lets the call be placed, and was asked once, signed, about this call, before the order', async () => {
    const dispatches: unknown[] = []
    const { gate, hook } = await createHooked(({ body }) => {
      dispatches.push(stateOf(gate, String(body.call_id)).dispatch)
      return eligible()
    })
    const id = await place(gate, { name: 'Jane', metadata: { order: 7 }, time_zone: 'Europe/Berlin' })
    expect(await settledCall(gate, id)).toMatchObject({ dispatch: 'placed' })
    expect(dispatches).toEqual(['pending'])
    expect(hook.received).toMatchObject([
      {
        id: `predial_${id}`,
        verified: true,
        body: {
          event: 'predial',
          call_id: id,
          environment: 'production',
          provider: 'http',
          phone_number: '+12024561111',
          name: 'Jane',
          metadata: { order: 7 },
          time_zone: 'Europe/Berlin',
          created_at: '2026-01-15T12:00:00.000Z',
        },
      },
    ])
  })
})

test('a simulated call asks no hook', async () => {
  const { gate, hook } = await createHooked(eligible)
  atOnce(gate.services.environments.setDialsReal(gate.production.id, false))
  await place(gate)
  await gate.clock.advance(10_000)
  expect(hook.received).toEqual([])
})

describe('a hook that says no', () => {
  test('cancels the call with its reason, in the API, in the webhook and on the page, and frees the slot', async () => {
    const { gate } = await createHooked(() =>
      Response.json({ eligible: false, reason: 'No consent\nin the CRM' }),
    )
    await using receiver = startReceiver()
    receiver.expect(listen(gate, receiver.url))
    gate.services.deliverer.start()
    cleanups.push(() => gate.services.halt())
    const id = await place(gate)
    expect(gate.services.leases.count(gate.production.id)).toBe(1)
    const expected = { status: 'canceled', code: 'predial_refused', reason: 'No consent in the CRM' }
    expect(await settledCall(gate, id)).toMatchObject({ ...expected, dispatch: 'pending' })
    expect(gate.services.leases.count(gate.production.id)).toBe(0)
    const { data } = await answer(await gate.authorized(`/api/v1/calls/${id}`))
    expect(data).toMatchObject({
      status: 'canceled',
      reason_code: 'predial_refused',
      reason: expected.reason,
    })
    await deliver(gate)
    expect(receiver.received).toMatchObject([
      { body: { event: 'call_ended', reason_code: 'predial_refused', reason: expected.reason } },
    ])
  })

  test('with a reason without end is quoted in part', async () => {
    const { gate } = await createHooked(() => Response.json({ eligible: false, reason: 'x'.repeat(5000) }))
    const { reason } = await settledCall(gate, await place(gate))
    expect(reason).toBe('x'.repeat(300))
  })
})

describe('everything else cancels the call', () => {
  test.each<[string, () => Response | Promise<Response>, string, timeoutMs?: number]>([
    ['another status', () => Response.json({ eligible: true }, { status: 201 }), 'responded with 201'],
    ['a failure', () => Response.json({ eligible: true }, { status: 500 }), 'responded with 500'],
    ['a redirect', () => Response.redirect('https://example.com/', 302), 'responded with 302'],
    ['no JSON', () => new Response('yes'), 'responded without'],
    ['nothing', () => new Response(''), 'responded without'],
    ['another JSON', () => Response.json([true]), 'responded without'],
    ['a word for a flag', () => Response.json({ eligible: 'true' }), 'responded without'],
    [
      'too much',
      () => Response.json({ eligible: true, more: 'x'.repeat(20_000) }),
      'its response was too large',
    ],
    [
      'a wait',
      async () => {
        await Bun.sleep(500)
        return eligible()
      },
      'no response within 0.1 seconds',
      100,
    ],
  ])('%s', async (_, script, reason, providerTimeoutMs = 15_000) => {
    const { gate } = await createHooked(script, { providerTimeoutMs })
    const state = await settledCall(gate, await place(gate))
    expect(state).toMatchObject({ dispatch: 'pending', status: 'canceled', code: 'predial_failed' })
    expect(state.reason).toContain(reason)
    expect(gate.services.leases.count(gate.production.id)).toBe(0)
  })

  test('a private address, as for webhooks', async () => {
    const { gate, hook } = await createHooked(eligible, { allowPrivateDestinations: false })
    const state = await settledCall(gate, await place(gate))
    expect(state).toMatchObject({ status: 'canceled', code: 'predial_failed' })
    expect(state.reason).toContain('is not allowed')
    expect(hook.received).toEqual([])
  })
})

test('a process that died while the hook was asked asks again, and sends one order', async () => {
  using directory = temporaryDirectory()
  const { gate, hook } = await createHooked(() => new Promise<Response>(() => {}), {
    path: directory.database,
  })
  const id = await place(gate)
  await until(gate, () => hook.received.length > 0)
  expect(stateOf(gate, id).dispatch).toBe('pending')
  gate.services.halt()
  hook.answer(eligible)
  using next = await restarted(gate, directory.database)
  await until(next, () => next.call(id).dispatch === 'placed')
  expect(hook.received.map((request) => request.id)).toEqual([`predial_${id}`, `predial_${id}`])
  expect(next.call(id).dispatch).toBe('placed')
  next.services.halt()
})

test('a call that is asked for again while its hook is asked asks once', async () => {
  const { gate, hook } = await createHooked(async () => {
    await Bun.sleep(50)
    return eligible()
  })
  const id = await place(gate)
  gate.services.dispatcher.dispatch({ id })
  await until(gate, () => hook.received.length > 0)
  gate.services.dispatcher.dispatch({ id })
  expect(await settledCall(gate, id)).toMatchObject({ dispatch: 'placed' })
  expect(hook.received).toHaveLength(1)
})

test('a call that is ended while its hook is asked is not placed', async () => {
  const { gate, hook } = await createHooked(async () => {
    await Bun.sleep(50)
    return eligible()
  })
  const id = await place(gate)
  await until(gate, () => hook.received.length > 0)
  await gate.postJson(`/api/v1/calls/${id}/end`, {})
  await gate.services.dispatcher.idle()
  expect(stateOf(gate, id)).toMatchObject({ dispatch: 'pending', code: 'ended_on_request' })
})

test('a hook that hangs delays no call of another environment', async () => {
  const { gate, hook, agent } = await createHooked(() => new Promise<Response>(() => {}))
  atOnce(gate.services.environments.setDialsReal(gate.environment('staging').id, true))
  atOnce(gate.services.environments.setDefaultAgent(gate.environment('staging').id, agent.id))
  for (let at = 0; at < 10; at++) await place(gate)
  await until(gate, () => hook.received.length === 10)
  const key = gate.issue(gate.environment('staging').id)
  const body = { phone_number: '+12024561112' }
  const { call_id = '' } = await answer(await gate.postJson('/api/v1/calls/trigger', body, key))
  expect(await settledCall(gate, call_id)).toMatchObject({ dispatch: 'placed' })
})

test('a test asks about a made-up call and says what came of it', async () => {
  const { gate, hook } = await createHooked(() => Response.json({ eligible: false, reason: 'Unknown' }))
  const environment = { agency: gate.agency.id, environment: 'production' } as const
  expect(await gate.services.perform(testPredial, environment, commandLineActor)).toEqual({
    eligible: false,
    reason_code: 'predial_refused',
    reason: 'Unknown',
  })
  expect(hook.received).toMatchObject([{ verified: true, body: { event: 'predial', test: true } }])
})

test('the secret is shown once and rotated, with both signing for a day', async () => {
  const { gate, hook } = await createHooked(eligible)
  const { perform, predialHooks } = gate.services
  atOnce(predialHooks.remove(gate.production.id))
  const asked = { agency: gate.agency.id, environment: 'production', url: hook.url } as const
  const set = async (input = {}) =>
    (await perform(setPredial, { ...asked, ...input }, commandLineActor)).secret
  const first = (await set()) ?? ''
  expect(await set()).toBeNull()
  const second = (await set({ rotate_secret: true })) ?? ''
  expect([first, second].every((secret) => secret.startsWith('whsec_'))).toBe(true)
  for (const secret of [first, second]) {
    hook.expect(secret)
    await settledCall(gate, await place(gate))
  }
  expect(hook.received.map(({ verified }) => verified)).toEqual([true, true])
})
