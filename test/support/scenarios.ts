import { expect, test } from 'bun:test'
import { awaitsDetails, type Call } from '../../src/calls/call.ts'
import { settled } from './clock.ts'
import {
  type Behaviour,
  type CallState,
  endStates,
  type EndState,
  type FakeProvider,
  type HookRequest,
  wasTalk,
} from './fakes/fake.ts'
import { answer, createGate } from './gate.ts'
import { atOnce } from '../../src/work.ts'

/** A gate whose production agent is one of the fake's, and everything to drive calls through it. */
export const connect = (fake: FakeProvider, maxCallSeconds = 3600) => {
  const gate = createGate({ publicUrl: 'https://gate.test', providerTimeoutMs: 1000, maxCallSeconds })
  const { agency, clock, production, services } = gate
  fake.runBy(clock)
  const account = atOnce(
    services.accounts.save(
      { agencyId: agency.id, provider: fake.kind.name, baseUrl: fake.baseUrl, credentials: fake.credentials },
      clock.now(),
    ),
  )
  const agent = atOnce(
    services.agents.create(agency.id, { name: 'Real', provider: fake.kind.name, ...fake.agent }, clock.now()),
  )
  atOnce(services.environments.setDefaultAgent(production.id, agent.id))

  const callNow = (id: string): Call => {
    const call = atOnce(services.calls.find(id))
    if (!call) throw new Error(`no call ${id}`)
    return call
  }
  /** Triggers a call and lets its order go out, up to what the provider made of it. */
  const place = async (metadata?: Record<string, unknown>) => {
    const body = {
      phone_number: '+15551234567',
      name: 'Jane',
      email: 'jane@example.com',
      ...(metadata ? { metadata } : {}),
    }
    const { call_id: id = '' } = await answer(await gate.postJson('/api/v1/calls/trigger', body))
    await gate.clock.advance(0)
    await until(() => !['pending', 'sending'].includes(callNow(id).dispatch))
    return { id, now: () => callNow(id) }
  }
  const deliver = ({ headers, body, search }: HookRequest) =>
    gate.request(`/hooks/${fake.kind.name}/${account.id}${search}`, { method: 'POST', headers, body })
  /** Lets the provider report that a call stands like this. */
  const report = async (callId: string, state: CallState) => {
    fake.move(callId, state)
    const answers: number[] = []
    for (const request of fake.reports(callId, state, clock.now()))
      answers.push((await deliver(request)).status)
    return answers
  }
  const slots = () => services.leases.count(production.id)
  return { gate, account, place, deliver, report, slots, callNow }
}

/** Waits for something that another socket brings about. */
export const until = async (condition: () => boolean, patienceMs = 3000) => {
  const givenUpAt = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > givenUpAt) throw new Error('it did not come about')
    await Bun.sleep(2)
  }
  await settled()
}

/** What each end is told as, whoever tells it. */
const outcomes: Record<EndState, Partial<Call>> = {
  completed: { status: 'completed', reasonCode: null },
  voicemail: { status: 'completed', reasonCode: 'voicemail', answeredBy: 'machine' },
  transferred: { status: 'completed', reasonCode: 'transferred' },
  broken: { status: 'failed', reasonCode: null },
  busy: { status: 'busy', reasonCode: 'busy', answeredBy: null },
  no_answer: { status: 'no_answer', reasonCode: 'no_answer', answeredBy: null },
  failed: { status: 'failed', reasonCode: null, answeredBy: null },
}

/**
 * All that a call is in the end, apart from when that was reported and in which words, and from its recording, of which
 * Twilio's record of a call says nothing.
 */
const whatCounts = (call: Call) => {
  const { status, reasonCode, answeredBy, durationSeconds, fromNumber, answeredAt, ...rest } = call
  const { summary, sentiment, transcript, analysis, costCents, currency } = rest
  const wasAnswered = answeredAt !== null
  const details = { summary, sentiment, transcript, analysis: wasAnswered && analysis }
  // What nobody answered may cost nothing, or no sum at all.
  const cost = wasAnswered ? [costCents, currency] : []
  return { status, reasonCode, answeredBy, durationSeconds, fromNumber, wasAnswered, cost, ...details }
}

const isAwaited = (call: Call) => awaitsDetails(call) && call.detailsAttempts === 0

/** The behaviour that all providers share. */
export const everyProvider = (start: () => Promise<FakeProvider>) => {
  test('a call that goes on after its hook told its end takes its slot back until it is over there', async () => {
    await using fake = await start()
    const { gate, place, report, slots } = connect(fake)
    gate.services.reconciler.start()
    const call = await place()
    await report(call.id, 'answered')
    await report(call.id, 'completed')
    expect([slots(), call.now().endedAt === null]).toEqual([0, false])
    fake.move(call.id, 'answered')
    await gate.clock.advance(11_000)
    await until(() => slots() === 1)
    expect(call.now().status).toBe('completed')
    fake.move(call.id, 'completed')
    await gate.clock.advance(16_000)
    await until(() => slots() === 0)
    expect(fake.createsOf(call.id)).toBe(1)
  })

  test('a completed call: placed once, every field right, told as it goes, its slot given back', async () => {
    await using fake = await start()
    const { place, report, slots } = connect(fake)
    const call = await place({ order: 7 })
    expect(fake.complaints).toEqual([])
    expect(call.now()).toMatchObject({ dispatch: 'placed', status: 'initiated' })
    expect(call.now().providerCallId).toBeString()
    for (const state of ['ringing', 'answered', 'completed'] as const) {
      const statuses = await report(call.id, state)
      expect(statuses.every((status) => status === 200)).toBe(true)
    }
    const { summary, transcript, durationSeconds, costCents, status } = call.now()
    expect(status).toBe('completed')
    expect({ summary, transcript, durationSeconds, costCents }).toMatchObject(fake.details)
    expect(slots()).toBe(0)
    expect(fake.createsOf(call.id)).toBe(1)
  })

  test.each(['busy', 'no_answer', 'failed'] as const)('a call that ends as %s', async (state) => {
    await using fake = await start()
    const { place, report, slots } = connect(fake)
    const call = await place()
    await report(call.id, state)
    expect(call.now()).toMatchObject({ status: state, durationSeconds: 0 })
    expect(slots()).toBe(0)
  })

  test.each(endStates)('a call that ended as %s is the same, reported or asked about', async (state) => {
    await using fake = await start()
    if (fake.untold.includes(state)) return expect(outcomes[state]).toBeDefined()
    const { gate, place, report, slots } = connect(fake)
    gate.services.reconciler.start()
    const [reported, asked] = [await place(), await place()]
    fake.move(asked.id, state)
    await report(reported.id, state)
    expect(reported.now()).toMatchObject(outcomes[state])
    await gate.clock.advance(20_000)
    await until(() => asked.now().endedAt !== null)
    await gate.clock.advance(31_000)
    await until(() => [reported, asked].every((call) => !isAwaited(call.now())))
    const [one, other] = [whatCounts(reported.now()), whatCounts(asked.now())]
    expect(one).toEqual(other)
    expect(one).toMatchObject({ wasAnswered: wasTalk(state), durationSeconds: wasTalk(state) ? 42 : 0 })
    if (wasTalk(state)) expect(one.analysis).toEqual(fake.analysisOf(state))
    expect(slots()).toBe(0)
  })

  test('a lost end event is found out by asking', async () => {
    await using fake = await start()
    const { gate, place, report, slots } = connect(fake)
    gate.services.reconciler.start()
    const call = await place()
    await report(call.id, 'answered')
    fake.move(call.id, 'completed')
    await gate.clock.advance(20_000)
    await until(() => call.now().status === 'completed')
    expect(call.now()).toMatchObject({ summary: fake.details.summary ?? null })
    expect(slots()).toBe(0)
  })

  test('what is known only after our own end is asked for, and fills what is missing', async () => {
    await using fake = await start()
    const { gate, place, slots } = connect(fake)
    gate.services.reconciler.start()
    const call = await place()
    const end = { type: 'ended', status: 'completed', code: 'ended_on_request' } as const
    await gate.services.lifecycle.record(call.id, { ...end, at: gate.clock.now() })
    expect([awaitsDetails(call.now()), slots()]).toEqual([fake.kind.capabilities.details.length > 0, 0])
    if (fake.kind.capabilities.details.length === 0) return
    fake.move(call.id, 'completed')
    await gate.clock.advance(31_000)
    await until(() => call.now().detailsAttempts === 1)
    expect(call.now()).toMatchObject({ ...fake.details, reasonCode: 'ended_on_request' })
    expect(fake.createsOf(call.id)).toBe(1)
  })

  test('doubled and reordered events change nothing more', async () => {
    await using fake = await start()
    const { place, report, slots } = connect(fake)
    const call = await place()
    for (const state of ['answered', 'ringing', 'completed', 'completed', 'answered', 'ringing'] as const)
      await report(call.id, state)
    expect(call.now()).toMatchObject({ status: 'completed', summary: fake.details.summary ?? null })
    expect(slots()).toBe(0)
  })

  test.each<[Behaviour, string]>([
    ['refuse', 'provider_refused'],
    ['no capacity', 'provider_capacity'],
  ])('%s: the call fails at once with its own reason, and its slot is free', async (behaviour, code) => {
    await using fake = await start()
    const { place, slots } = connect(fake)
    fake.behave(behaviour)
    const call = await place()
    expect(call.now()).toMatchObject({ status: 'failed', dispatch: 'refused', reasonCode: code })
    expect(call.now().reason).toStartWith(fake.kind.title)
    expect(slots()).toBe(0)
    expect(fake.createsOf(call.id)).toBe(0)
  })

  test('nobody at the other end: the call fails at once, and its slot is free', async () => {
    await using fake = await start()
    const { place, slots } = connect({ ...fake, baseUrl: 'http://127.0.0.1:1' })
    const call = await place()
    expect(call.now()).toMatchObject({ status: 'failed', reasonCode: 'provider_unreachable' })
    expect(slots()).toBe(0)
  })

  test('a connection that breaks after the order arrived: asked about, never sent again', async () => {
    await using fake = await start()
    const { gate, place, report, slots } = connect(fake)
    gate.services.reconciler.start()
    fake.behave('reset after accepting')
    const call = await place()
    expect(call.now()).toMatchObject({ dispatch: 'unknown', endedAt: null })
    if (fake.lookupByCallId) {
      fake.move(call.id, 'completed')
      await gate.clock.advance(20_000)
    } else await report(call.id, 'completed')
    await until(() => call.now().status === 'completed')
    expect(fake.createsOf(call.id)).toBe(1)
    expect(slots()).toBe(0)
  })

  test.each<Behaviour>([
    'redirect',
    'answer HTML',
    'answer nothing',
    'answer without end',
    'answer half',
    'fail',
    'never answer',
  ])('%s: never sent again, and over by the hard cap at the latest', async (behaviour) => {
    await using fake = await start()
    const { gate, place, slots } = connect(fake, 300)
    gate.services.reconciler.start()
    fake.behave(behaviour)
    const call = await place()
    expect(call.now().dispatch).toBe('unknown')
    await gate.clock.advance(gate.config.maxCallSeconds * 1000)
    await until(() => call.now().status === 'failed')
    expect(fake.createsOf(call.id)).toBe(0)
    expect(slots()).toBe(0)
  })

  test('a provider that takes its time: waited for, and placed once', async () => {
    await using fake = await start()
    const { place, slots } = connect(fake)
    fake.behave('answer late')
    const call = await place()
    expect(call.now()).toMatchObject({ dispatch: 'placed', status: 'initiated' })
    expect([fake.createsOf(call.id), slots()]).toEqual([1, 1])
  })

  test('an event that comes before the order is answered still finds its call', async () => {
    await using fake = await start()
    const { gate, report, slots, callNow } = connect(fake)
    const body = { phone_number: '+15551234567' }
    const { call_id: id = '' } = await answer(await gate.postJson('/api/v1/calls/trigger', body))
    await gate.clock.advance(0)
    await until(() => fake.createsOf(id) === 1)
    await report(id, 'completed')
    await until(() => callNow(id).dispatch === 'placed')
    expect(callNow(id).status).toBe('completed')
    expect(slots()).toBe(0)
  })

  test('a forged and a stale report are refused and change nothing', async () => {
    await using fake = await start()
    const { gate, place, deliver } = connect(fake)
    const call = await place()
    const [right] = fake.reports(call.id, 'completed', gate.clock.now())
    if (!right) throw new Error('every provider reports a completed call')
    const forged = { ...right, body: right.body.replace('complete', 'camplete') }
    const unsigned = { ...right, headers: { 'content-type': right.headers['content-type'] ?? '' } }
    for (const request of [unsigned, ...(forged.body === right.body ? [] : [forged])])
      expect((await deliver(request)).status).toBe(401)
    const hour = 60 * 60_000
    for (const shift of [-hour, hour])
      for (const request of fake.signsTime
        ? fake.reports(call.id, 'completed', gate.clock.now() + shift)
        : [])
        expect((await deliver(request)).status).toBe(401)
    expect(call.now().status).toBe('initiated')
  })

  test('an account’s provider cannot speak for another account’s call', async () => {
    await using fake = await start()
    const one = connect(fake)
    const call = await one.place()
    const two = atOnce(one.gate.services.agencies.create('Other', 'agency', one.gate.clock.now()))
    const other = atOnce(
      one.gate.services.accounts.save(
        { agencyId: two.id, provider: fake.kind.name, baseUrl: fake.baseUrl, credentials: fake.credentials },
        one.gate.clock.now(),
      ),
    )
    for (const { headers, body, search } of fake.reports(call.id, 'completed', one.gate.clock.now()))
      await one.gate.request(`/hooks/${fake.kind.name}/${other.id}${search}`, {
        method: 'POST',
        headers,
        body,
      })
    expect(call.now().status).toBe('initiated')
  })

  test('a report about an unknown call is answered with 200', async () => {
    await using fake = await start()
    const { gate, place, account } = connect(fake)
    const call = await place()
    const elsewhere = connect(fake)
    const moved = atOnce(elsewhere.gate.services.accounts.list(elsewhere.gate.agency.id))[0]
    expect(account.provider).toBe(fake.kind.name)
    for (const { headers, body, search } of fake.reports(call.id, 'completed', gate.clock.now())) {
      const path = `/hooks/${fake.kind.name}/${moved?.id}${search}`
      const { status } = await elsewhere.gate.request(path, { method: 'POST', headers, body })
      // A signature over the address cannot be right at another one.
      expect([200, 401]).toContain(status)
    }
  })

  test('ending a call hangs up at the provider', async () => {
    await using fake = await start()
    const { gate, place, report, slots } = connect(fake)
    const call = await place()
    await report(call.id, 'answered')
    const ended = await gate.authorized(`/api/v1/calls/${call.id}/end`, { method: 'POST' })
    if (!fake.hangsUp) return expect(ended.status).toBe(502)
    expect(ended.status).toBe(200)
    expect(fake.wasEnded(call.id)).toBe(true)
    expect(call.now().reasonCode).toBe('ended_on_request')
    expect(slots()).toBe(0)
  })

  test('right credentials check out, an address that nobody is at does not', async () => {
    await using fake = await start()
    const { gate, account } = connect(fake)
    const { accounts, dialling } = gate.services
    expect(await atOnce(dialling.account(fake.kind.name, account.id))?.check()).toBeUndefined()
    const { agencyId, provider } = account
    atOnce(
      accounts.save({ agencyId, provider, baseUrl: 'http://127.0.0.1:1', credentials: fake.credentials }, 1),
    )
    expect(await atOnce(dialling.account(provider, account.id))?.check()).toContain('could not be reached')
  })
}
