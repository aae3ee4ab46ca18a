import { describe, expect, test } from 'bun:test'
import { changeAgent, createAgent, listAgents, showAgent } from '../../src/agencies/operations/agent.ts'
import { chooseDefaultAgent } from '../../src/agencies/operations/default-agent.ts'
import { deleteAgent } from '../../src/agencies/operations/delete-agent.ts'
import type { ApiError } from '../../src/failures.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { adminOf } from '../support/actors.ts'
import { answer, createGate } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

const acme = { agency: 'Acme' }
const production = { ...acme, environment: 'production' as const }
const uuid = '7d0f2c9e-5b1a-4c38-8e6f-90ab12cd34ef'
const vapi = { provider: 'vapi', ref: uuid, from: uuid }

const open = () => {
  const gate = createGate()
  const { perform, audit } = gate.services
  return { ...gate, perform, lastLine: () => atOnce(audit.list({ limit: 1 }))[0] }
}

/** A gate with an agent beside the default one. */
const withSpare = async () => {
  const gate = open()
  const spare = await gate.perform(createAgent, { ...acme, name: 'Bea' }, commandLineActor)
  const call = (agentId: string) =>
    gate.postJson('/api/v1/calls/trigger', { phone_number: '+15551234507', agent_id: agentId })
  const remove = (agent = spare.id) => gate.perform(deleteAgent, { ...acme, agent }, commandLineActor)
  return { ...gate, spare, call, remove }
}

test('the first agent of an agency takes the calls that name none, in both environments, and the next one takes none', async () => {
  const { perform, services, clock } = open()
  const agency = atOnce(services.agencies.create('New', 'agency', clock.now())).id
  const create = (name: string) => perform(createAgent, { agency, name }, commandLineActor)
  const first = await create('Ann')
  expect(first.default_in).toEqual(['production', 'staging'])
  expect((await create('Bea')).default_in).toEqual([])
  expect(atOnce(services.audit.list({ limit: 4 })).map(({ action, target }) => [action, target])).toEqual([
    ['agent.created', 'Bea'],
    ['default_agent.changed', 'Ann'],
    ['default_agent.changed', 'Ann'],
    ['agent.created', 'Ann'],
  ])
})

const failureOf = (doing: Promise<unknown>): Promise<ApiError> =>
  doing.then(
    () => {
      throw new Error('it was done')
    },
    (error: ApiError) => error,
  )

test('an agent is shown as it was given, by its id and by its name, to an admin of its agency', async () => {
  const { agency, clock, perform } = open()
  await clock.advance(1000)
  const made = await perform(createAgent, { ...acme, name: ' Bea ', ...vapi }, adminOf(agency.id))
  expect(made).toEqual({
    id: expect.any(String),
    name: 'Bea',
    ...vapi,
    options: null,
    default_in: [],
    problem: null,
    created_at: '2026-01-15T12:00:01.000Z',
  })
  for (const agent of [made.id, made.id.toUpperCase(), 'Bea', ' Bea'])
    expect(await perform(showAgent, { ...acme, agent }, adminOf(agency.id))).toEqual(made)
  expect(await perform(listAgents, acme, adminOf(agency.id))).toMatchObject([
    { name: 'Ann', default_in: ['production'] },
    made,
  ])
})

test('a name that two agents of the agency have names neither, and the id does', async () => {
  const { agent, perform } = open()
  const twin = await perform(createAgent, { ...acme, name: 'Ann' }, commandLineActor)
  const failure = await failureOf(perform(showAgent, { ...acme, agent: 'Ann' }, commandLineActor))
  expect(failure).toMatchObject({ reason: 'conflict', detail: expect.stringContaining('Use the ID') })
  await perform(changeAgent, { ...acme, agent: twin.id, name: 'Bea' }, commandLineActor)
  expect(await perform(showAgent, { ...acme, agent: 'Ann' }, commandLineActor)).toMatchObject({
    id: agent.id,
  })
})

test('an agent of another agency is as unknown as none, by its id and by its name', async () => {
  const { services, perform } = open()
  const other = atOnce(services.agencies.create('Other', 'agency', 0))
  const theirs = atOnce(services.agents.create(other.id, { name: 'Bob', provider: 'simulator' }, 0))
  for (const agent of [theirs.id, 'Bob', 'Nobody', ''])
    for (const operation of [showAgent, deleteAgent])
      expect(await failureOf(perform(operation, { ...acme, agent }, commandLineActor))).toMatchObject({
        reason: 'not_found',
        detail: 'There is no such agent.',
      })
})

describe('what is given of an agent', () => {
  test('is nothing where it is blank or null, and stays where it is left out', async () => {
    const { perform } = open()
    const change = (given: object) =>
      perform(changeAgent, { ...acme, agent: 'Ann', ...given }, commandLineActor)
    await change({ provider: 'http', ref: ' sales ', from: '+15550001111' })
    expect(await change({ ref: ' ' })).toMatchObject({ ref: null, from: '+15550001111' })
    expect(await change({ from: null })).toMatchObject({ provider: 'http', ref: null, from: null })
  })

  test.each([
    [{ name: ' ' }, 'Enter a name.'],
    [{ provider: 'nobody' }, 'provider must be one of simulator, vapi,'],
    [{ provider: 'vapi' }, 'An agent at Vapi needs its assistant ID'],
    [{ ...vapi, ref: 'x' }, 'The assistant ID of an agent at Vapi must be a UUID'],
  ])(
    '%j is refused where it is made and where it is changed, and nothing is kept',
    async (given, sentence) => {
      const { agency, agent, services, perform } = open()
      const made = await failureOf(perform(createAgent, { ...acme, name: 'Bea', ...given }, commandLineActor))
      const changed = await failureOf(
        perform(changeAgent, { ...acme, agent: agent.id, ...given }, commandLineActor),
      )
      for (const failure of [made, changed]) {
        expect(failure.reason).toBe('invalid_input')
        expect(failure.message).toStartWith(sentence)
      }
      expect(atOnce(services.agents.list(agency.id))).toEqual([agent])
      expect(atOnce(services.audit.list({ limit: 1 }))).toEqual([])
    },
  )

  test('is something, when an agent is changed', async () => {
    const { perform } = open()
    expect(await failureOf(perform(changeAgent, { ...acme, agent: 'Ann' }, commandLineActor))).toMatchObject({
      reason: 'invalid_input',
      detail: 'Say what to change: name, provider, ref, from or option.',
    })
  })
})

describe('the options of an agent', () => {
  const twilio = { provider: 'twilio', ref: 'https://twiml.example/', from: '+15550001111' } as const

  test('are read as what they stand for, changed one by one, and taken away by a blank', async () => {
    const { perform } = open()
    const option = { Record: 'true', Timeout: '20' }
    const made = await perform(createAgent, { ...acme, name: 'Bea', ...twilio, option }, commandLineActor)
    expect(made.options).toEqual({ Record: true, Timeout: 20 })
    const change = async (given: object) =>
      (await perform(changeAgent, { ...acme, agent: 'Bea', ...given }, commandLineActor)).options
    expect(await change({ option: { Timeout: '40' } })).toEqual({ Record: true, Timeout: 40 })
    expect(await change({ from: '+15550002222' })).toEqual({ Record: true, Timeout: 40 })
    expect(await change({ option: { Record: ' ' } })).toEqual({ Timeout: 40 })
    expect(await change({ provider: 'simulator' })).toBeNull()
  })

  test.each([
    [{ To: '+15550000000' }, 'Twilio takes these options: Record, '],
    [{ Timeout: '601' }, 'The option Timeout at Twilio must be a whole number from 1 to 600, such as 30.'],
  ])('%j are refused, and nothing is kept', async (option, sentence) => {
    const { agency, perform, services } = open()
    const given = { ...acme, name: 'Bea', ...twilio, option }
    const { reason, detail } = await failureOf(perform(createAgent, given, commandLineActor))
    expect([reason, detail.slice(0, sentence.length)]).toEqual(['invalid_input', sentence])
    expect(atOnce(services.agents.named(agency.id, 'Bea'))).toEqual([])
  })
})

describe('the default agent', () => {
  test('is one or none, chosen by id or name, and the audit says which', async () => {
    const { agent, lastLine, perform } = open()
    for (const input of [{}, { agent: agent.id, none: true }])
      expect(
        await failureOf(perform(chooseDefaultAgent, { ...production, ...input }, commandLineActor)),
      ).toMatchObject({ detail: 'Choose one: agent or none.' })
    const staging = { ...acme, environment: 'staging' as const }
    expect(await perform(chooseDefaultAgent, { ...staging, agent: 'Ann' }, commandLineActor)).toEqual({
      environment: 'staging',
      default_agent: agent.id,
      default_agent_name: 'Ann',
    })
    expect(lastLine()).toMatchObject({ environment: 'staging', target: 'Ann' })
    await perform(chooseDefaultAgent, { ...staging, none: true }, commandLineActor)
    expect(lastLine()).toMatchObject({ action: 'default_agent.changed', target: 'none' })
  })

  test('ends the calls that name no agent when there is none any more, which is said before', async () => {
    const { perform, agent } = open()
    const preview = (input: object) =>
      perform.preview(chooseDefaultAgent, { ...production, ...input }, commandLineActor)
    expect(await preview({ none: true })).toBe(
      'All production calls of Acme that name no agent are rejected from now on.',
    )
    expect(await preview({ agent: agent.id })).toBeUndefined()
    await perform(chooseDefaultAgent, { ...production, none: true }, commandLineActor)
    expect(await preview({ none: true })).toBeUndefined()
  })
})

describe('a deleted agent', () => {
  test('is in no list and takes no call, and its name is free', async () => {
    const { agency, authorized, call, lastLine, perform, remove, spare } = await withSpare()
    expect(await perform.preview(deleteAgent, { ...acme, agent: 'Bea' }, commandLineActor)).toBe(
      'Bea places no more calls: requests that name this agent get 400 Agent not found.',
    )
    expect(await remove('Bea')).toEqual({ id: spare.id, name: 'Bea' })
    expect(lastLine()).toMatchObject({ action: 'agent.deleted', target: 'Bea', agencyId: agency.id })
    expect(await perform(listAgents, acme, commandLineActor)).toMatchObject([{ name: 'Ann' }])
    expect(await (await authorized('/api/v1/agents')).json()).toMatchObject({ data: [{ name: 'Ann' }] })
    expect(await answer(await call(spare.id))).toMatchObject({ code: 'agent_not_found' })
    for (const doing of [
      remove(),
      perform(showAgent, { ...acme, agent: spare.id }, commandLineActor),
      perform(changeAgent, { ...acme, agent: 'Bea', name: 'Cleo' }, commandLineActor),
      perform(chooseDefaultAgent, { ...production, agent: spare.id }, commandLineActor),
    ])
      expect((await failureOf(doing)).reason).toBe('not_found')
    await perform(createAgent, { ...acme, name: 'Bea' }, commandLineActor)
    expect((await perform(showAgent, { ...acme, agent: 'Bea' }, commandLineActor)).id).not.toBe(spare.id)
  })

  test('is not the default of an environment: each that has it is named, and it stays', async () => {
    const { agent, perform, remove, services, environment } = await withSpare()
    atOnce(services.environments.setDefaultAgent(environment('staging').id, agent.id))
    const sentence = 'This is the default agent in production and staging. Choose another one there first.'
    expect(await failureOf(remove(agent.id))).toMatchObject({ reason: 'conflict', detail: sentence })
    await expect(
      perform.preview(deleteAgent, { ...acme, agent: agent.id }, commandLineActor),
    ).rejects.toThrow(sentence)
    expect(atOnce(services.agents.find(agent.id))).toEqual(agent)
    expect(atOnce(services.audit.list({ limit: 1 }))).toMatchObject([{ action: 'agent.created' }])
  })

  test('has no call under way: until the last one is over, it stays', async () => {
    const { call, remove, services, spare, clock } = await withSpare()
    const { call_id = '' } = await answer(await call(spare.id))
    expect(await failureOf(remove())).toMatchObject({
      reason: 'conflict',
      detail: 'A call of this agent is in progress. Wait until it has ended.',
    })
    await clock.advance(0)
    const found = atOnce(services.calls.find(call_id))
    if (found) await services.endCall(found)
    await remove()
    expect(atOnce(services.calls.find(call_id))?.agentId).toBe(spare.id)
  })

  test('gets no call that was chosen for it and is not on disk yet', async () => {
    const { agency, production: row, remove, services, spare } = await withSpare()
    const { name: agencyName, plan, suspendedAt } = agency
    const environment = { ...row, agencyName, plan, suspendedAt }
    const order = {
      phoneNumber: '+15551234500',
      agentId: spare.id,
      name: null,
      email: null,
      metadata: null,
      providerOptions: null,
      timeZone: null,
      consent: null,
    }
    const placing = failureOf(services.trigger(environment, order))
    await remove()
    expect((await placing).reason).toBe('agent_not_found')
    expect(services.leases.count(row.id)).toBe(0)
    expect(atOnce(services.calls.holdingSlots())).toEqual([])
  })

  test('keeps its name in the news of a call that its provider reports on later', async () => {
    const gate = await withSpare()
    const { clock, production: row, remove, services, spare } = gate
    listen(gate, 'https://example.com/hook', row.id)
    const { id } = undispatched(gate, '00', { agentId: spare.id, provider: 'vapi', dispatch: 'placed' })
    const at = clock.now()
    const ended = { type: 'ended', at, status: 'completed', durationSeconds: 4 } as const
    await services.lifecycle.record(id, { type: 'answered', at }, ended)
    await remove()
    await services.lifecycle.record(id, { ...ended, details: { summary: 'They agreed.' } })
    const [, told] = atOnce(services.deliveries.ofCall(id))
    expect(JSON.parse(told?.payload ?? '')).toMatchObject({ agent_name: 'Bea', summary: 'They agreed.' })
  })
})
