import { describe, expect, test } from 'bun:test'
import { agentProblem, optionsFor, providerKinds } from '../../src/providers/kinds.ts'
import { withOptions } from '../../src/providers/options.ts'
import { now, orderOf } from '../support/fakes/order.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import type { FakeProvider } from '../support/fakes/fake.ts'
import { startFakeRetell } from '../support/fakes/retell.ts'
import { startFakeTwilio } from '../support/fakes/twilio.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'
import { answer } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'
import { connect, until } from '../support/scenarios.ts'
import { send } from '../support/send.ts'
import { atOnce } from '../../src/work.ts'

const fakes: Record<string, () => Promise<FakeProvider>> = {
  vapi: startFakeVapi,
  retell: startFakeRetell,
  bland: startFakeBland,
  elevenlabs: startFakeElevenLabs,
  twilio: startFakeTwilio,
}

const trigger = '/api/v1/calls/trigger'
const phone_number = '+15551234567'

describe.each(
  providerKinds.filter(({ options }) => options.length > 0).map((kind) => [kind.name, kind] as const),
)('at %s', (provider, { agent: { ref }, options, insteadOfRef = [] }) => {
  test('every option’s own example is one, as a text and as what it stands for', () => {
    for (const { name, example } of options) {
      const read = optionsFor(provider, { [name]: example })
      expect(read.problem).toBeUndefined()
      expect(optionsFor(provider, { ...read.options })).toEqual(read)
    }
  })

  test('an order with all of them is one that the vendor takes, and has all that the gate needs', async () => {
    const named = options.filter(({ name }) => !insteadOfRef.includes(name))
    const given = Object.fromEntries(named.map(({ name, example }) => [name, example]))
    await using fake = await fakes[provider]!()
    const dialler = fake.kind.connect(
      {
        id: 'account',
        baseUrl: fake.baseUrl,
        credentials: fake.credentials,
        hookUrl: 'https://gate.test/hook',
      },
      { clock: { now: () => now }, timeoutMs: 1000, send },
    )
    const { ref: agentRef, fromNumber } = fake.agent
    const plain = orderOf({ agentRef, fromNumber, metadata: { campaign: 'spring' } })
    const order = { ...plain, options: optionsFor(provider, given).options ?? null }
    expect(await dialler.place(order)).toMatchObject({ outcome: 'placed' })
    expect(fake.complaints).toEqual([])
    expect(fake.createsOf(order.id)).toBe(1)
  })

  test('each that says who speaks makes an order that the vendor takes, without another who could', async () => {
    for (const name of insteadOfRef) {
      const given = { [name]: options.find((one) => one.name === name)?.example }
      await using fake = await fakes[provider]!()
      const line = connect(fake)
      const { agents } = line.gate.services
      const speaker = { name, provider, ref: null, fromNumber: fake.agent.fromNumber }
      expect(agentProblem({ ...speaker, options: given })).toBeUndefined()
      expect(agentProblem(speaker)).toContain(ref.label)
      const problem = `takes exactly one of these: ${ref.label}`
      expect(agentProblem({ ...speaker, ref: ref.example, options: given })).toContain(problem)
      const { id: agent_id } = atOnce(agents.create(line.gate.agency.id, { ...speaker, options: given }, 0))
      const { call_id = '' } = await answer(await line.gate.postJson(trigger, { phone_number, agent_id }))
      await line.gate.clock.advance(0)
      await until(() => line.callNow(call_id).dispatch === 'placed')
      expect(fake.complaints).toEqual([])
      // The default agent has a ref, and the order names somebody else.
      const refusal = await line.gate.postJson(trigger, { phone_number, provider_options: given })
      expect((await expectRefusal(refusal, 400, 'invalid_body')).sentence).toContain(problem)
      const other = options.find(({ ofRef }) => ofRef)
      const both = { ...given, [other?.name ?? '']: other?.example }
      expect(agentProblem({ ...speaker, options: both })).toContain(`needs its ${ref.label}`)
    }
  })

  test('no other name is one, least of all what the gate needs', () => {
    const needed = [
      'phoneNumberId',
      'customer',
      'customer.number',
      'name',
      'metadata',
      'to_number',
      'webhook',
    ]
    for (const name of [...needed, 'To', 'From', 'StatusCallback', 'TimeLimit', 'agent_id', '__proto__']) {
      const { options: read, problem } = optionsFor(provider, JSON.parse(`{"${name}":"x"}`))
      expect(read).toBeUndefined()
      expect(problem).toContain('takes these options: ')
    }
  })

  test('a value of the wrong form is refused, and not repeated', () => {
    for (const { name } of options) {
      const { problem } = optionsFor(provider, { [name]: ['somebody'] })
      expect(problem).toContain(`The option ${name} at `)
      expect(problem).not.toContain('somebody')
    }
  })
})

test('Retell’s override cannot take the hook or the length away', () => {
  for (const agent of [
    { webhook_url: 'https://a.test' },
    { max_call_duration_ms: 1 },
    { webhook_events: [] },
  ])
    expect(optionsFor('retell', { agent_override: { agent } }).problem).toContain('without agent.webhook_url')
  expect(optionsFor('retell', { agent_override: { agent: { voice_speed: 1 } } }).problem).toBeUndefined()
})

test('what the gate needs wins over what an option sets, however deep', () => {
  const options = { 'a.b': 1, 'a.c': 1, d: { e: 1, f: 1 }, g: 1 }
  expect(withOptions(options, { a: { c: 2 }, d: { f: 2 }, g: { h: 2 } })).toEqual({
    a: { b: 1, c: 2 },
    d: { e: 1, f: 2 },
    g: { h: 2 },
  })
})

describe('an order’s options', () => {
  const atTwilio = async () => {
    const fake = await startFakeTwilio()
    return { fake, line: connect(fake) }
  }

  test('go over those of the agent, and both to the vendor', async () => {
    const { fake, line } = await atTwilio()
    await using _ = fake
    const { gate, callNow } = line
    const agent = atOnce(
      gate.services.agents.create(
        gate.agency.id,
        { name: 'Machine', provider: 'twilio', ...fake.agent, options: { Record: true, Timeout: 20 } },
        0,
      ),
    )
    const body = {
      phone_number,
      agent_id: agent.id,
      provider_options: { Timeout: 40, MachineDetection: 'Enable' },
    }
    const { call_id = '' } = await answer(await gate.postJson(trigger, body))
    expect(callNow(call_id).options).toEqual({ Record: true, Timeout: 40, MachineDetection: 'Enable' })
  })

  test.each([
    [{ To: '+15550000000' }, 'Invalid request body: Twilio takes these options: Record, '],
    [
      { Timeout: 'soon' },
      'Invalid request body: The option Timeout at Twilio must be a whole number from 1 to 600',
    ],
    ['Record', 'Invalid request body: provider_options must be an object.'],
  ])('%j is refused, and takes no slot', async (provider_options, sentence) => {
    const { fake, line } = await atTwilio()
    await using _ = fake
    const refusal = await line.gate.postJson(trigger, { phone_number, provider_options })
    const { sentence: error } = await expectRefusal(refusal, 400, 'invalid_body')
    expect(error).toStartWith(sentence)
    expect(line.slots()).toBe(0)
  })

  test('are part of what an Idempotency-Key stands for', async () => {
    const { fake, line } = await atTwilio()
    await using _ = fake
    const ask = (provider_options: object) =>
      line.gate.authorized(trigger, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'one' },
        body: JSON.stringify({ phone_number, provider_options }),
      })
    const first = await answer(await ask({ Record: true }))
    expect(await answer(await ask({ Record: true }))).toEqual(first)
    await expectRefusal(await ask({ Record: false }), 422, 'idempotency_mismatch')
  })
})
