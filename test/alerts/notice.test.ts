import { describe, expect, test } from 'bun:test'
import { enableKey } from '../../src/keys/operations/switch.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { noRules, type Rules } from '../../src/policy/rules.ts'
import { adminOf } from '../support/actors.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { gateOwner, openRules } from '../support/policy.ts'
import { atOnce } from '../../src/work.ts'

const hourMs = 60 * 60_000

/** A gate whose production dials for real, by a provider that has no account: nothing goes out. */
const createDialling = (rules: Partial<Rules> = {}) => {
  const gate = createGate({ requestsPerMinute: 10_000, concurrentCalls: 10_000 })
  const { agents, environments, policies } = gate.services
  const agent = atOnce(agents.create(gate.agency.id, { name: 'Real', provider: 'vapi' }, gate.clock.now()))
  atOnce(environments.setDefaultAgent(gate.production.id, agent.id))
  atOnce(policies.set(gateOwner, 'operator', { ...openRules, numberKinds: [], ...rules }, gate.clock.now()))
  return gate
}

const call = async (gate: Gate, phone_number: string) =>
  (await gate.postJson('/api/v1/calls/trigger', { phone_number })).status

const inTheStates = (at: number) => `+1202456${1000 + at}`
const premium = '+19002345678'

const alertsOf = ({ services }: Gate, kind?: string) =>
  atOnce(services.alerts.list({ limit: 100 }))
    .toReversed()
    .filter((alert) => kind === undefined || alert.kind === kind)

const accessOf = ({ environment }: Gate) => environment('production').accessDisabledBy

describe('a budget', () => {
  test('is told of at 50, 80 and 100 percent, once each in a period, however it goes on', async () => {
    const gate = createDialling({ callsPerDay: 10 })
    for (let at = 0; at < 12; at++) await call(gate, inTheStates(at))
    expect(alertsOf(gate, 'budget_threshold').map(({ message }) => message)).toEqual([
      '50 % of a budget is used, the agency’s calls per day: 5 of 10',
      '80 % of a budget is used, the agency’s calls per day: 8 of 10',
      '100 % of a budget is used, the agency’s calls per day: 10 of 10',
    ])
    await gate.clock.advance(24 * hourMs)
    for (let at = 20; at < 25; at++) await call(gate, inTheStates(at))
    expect(alertsOf(gate, 'budget_threshold')).toHaveLength(4)
  })

  test('of minutes is told of in the commit that ends the call, once for the highest threshold it passes', async () => {
    const gate = createDialling()
    const owner = { agencyId: gate.agency.id, environmentId: gate.production.id }
    atOnce(gate.services.policies.set(owner, 'operator', { ...noRules, minutesPerDay: 10 }, gate.clock.now()))
    const talk = async (durationSeconds: number) => {
      const { id } = undispatched(gate, '00', { provider: 'vapi', spendingDay: '2026-01-15' })
      const ended = { type: 'ended', at: gate.clock.now(), status: 'completed', durationSeconds } as const
      await gate.services.lifecycle.record(id, ended)
      await gate.services.lifecycle.record(id, ended)
    }
    await talk(540)
    await talk(60)
    await talk(60)
    expect(alertsOf(gate).map(({ message }) => message)).toEqual([
      '80 % of a budget is used, the environment’s minutes per day: 9 of 10 minutes',
      '100 % of a budget is used, the environment’s minutes per day: 10 of 10 minutes',
    ])
  })

  test('that was raised is told of again by its new limit', async () => {
    const gate = createDialling({ callsPerDay: 2 })
    await call(gate, inTheStates(0))
    const { policies } = gate.services
    atOnce(policies.set(gateOwner, 'operator', { ...openRules, callsPerDay: 4 }, gate.clock.now()))
    await call(gate, inTheStates(1))
    expect(alertsOf(gate, 'budget_threshold').map(({ message }) => message.slice(-6))).toEqual([
      '1 of 2',
      '2 of 4',
    ])
  })
})

describe('the first call to a country', () => {
  test('is told of in each environment, others of the hour are added to it, and none comes again', async () => {
    const gate = createDialling()
    for (const number of ['+12024561111', '+442079460958', '+12024561112', '+498912345678'])
      expect(await call(gate, number)).toBe(200)
    expect(alertsOf(gate)).toMatchObject([
      { kind: 'new_country', message: 'The first call to a country: US, GB, DE', count: 3 },
    ])
    await gate.clock.advance(hourMs)
    await call(gate, '+442079460958')
    await call(gate, '+33142345678')
    expect(alertsOf(gate).map(({ message }) => message)).toEqual([
      'The first call to a country: US, GB, DE',
      'The first call to a country: FR',
    ])
  })

  test('is not told of a simulated call', async () => {
    const gate = createGate()
    await gate.trigger()
    expect(alertsOf(gate)).toEqual([])
  })
})

describe('a burst to new numbers', () => {
  test('is told of from the thirtieth call within ten minutes, calls to known numbers left out', async () => {
    const gate = createDialling()
    for (let at = 0; at < 29; at++) await call(gate, inTheStates(at))
    for (let at = 0; at < 29; at++) await call(gate, inTheStates(at))
    expect(alertsOf(gate, 'new_numbers')).toEqual([])
    await call(gate, inTheStates(29))
    await call(gate, inTheStates(30))
    expect(alertsOf(gate, 'new_numbers')).toMatchObject([
      {
        message: '30 calls within 10 minutes to numbers that were not called in the last day',
        count: 2,
      },
    ])
  })

  test('is none where the same calls take longer, and its size is a rule', async () => {
    const gate = createDialling({ newNumbersPerTenMinutes: 3 })
    for (let at = 0; at < 6; at++) {
      await call(gate, inTheStates(at))
      await gate.clock.advance(6 * 60_000)
    }
    expect(alertsOf(gate, 'new_numbers')).toEqual([])
    for (let at = 10; at < 13; at++) await call(gate, inTheStates(at))
    expect(alertsOf(gate, 'new_numbers')).toHaveLength(1)
  })
})

describe('a rejected call to a kind of number that is shut', () => {
  test('is told of, a flood within an hour as one alert with a count', async () => {
    const gate = createDialling()
    for (let at = 0; at < 25; at++) expect(await call(gate, premium)).toBe(403)
    expect(alertsOf(gate)).toMatchObject([
      {
        kind: 'shut_number',
        message: 'A call was rejected because of its kind of number: premium-rate numbers are not allowed',
        count: 25,
        accessDisabled: false,
      },
    ])
    await gate.clock.advance(hourMs)
    await call(gate, premium)
    expect(alertsOf(gate)).toHaveLength(2)
  })

  test('is told of where its country is not allowed either, and not for a mistyped number', async () => {
    const gate = createDialling({ countries: ['GB'] })
    expect(await call(gate, '+15551234567')).toBe(403)
    expect(alertsOf(gate)).toEqual([])
    expect(await call(gate, premium)).toBe(403)
    expect(alertsOf(gate)).toHaveLength(1)
  })

  test('changes no rejection where the disk takes no alert', async () => {
    const gate = createDialling()
    gate.database.sqlite.run('PRAGMA query_only = ON')
    expect(await call(gate, premium)).toBe(403)
  })
})

describe('an alert that disables access', () => {
  test('does so before the response, and only an operator or a rotation lifts it', async () => {
    const gate = createDialling({ disableOn: ['shut_number'] })
    expect(await call(gate, premium)).toBe(403)
    expect(accessOf(gate)).toBe('policy')
    const next = await gate.postJson('/api/v1/calls/trigger', { phone_number: inTheStates(0) })
    expect(await next.json()).toMatchObject({ code: 'access_disabled' })
    const environment = { agency: gate.agency.id, environment: 'production' } as const
    const { perform, audit } = gate.services
    const enabling = perform(enableKey, environment, adminOf(gate.agency.id))
    await expect(enabling).rejects.toMatchObject({ reason: 'access_locked' })
    expect(atOnce(audit.list({ limit: 2 })).map(({ action, actor }) => [action, actor])).toEqual([
      ['access.disabled', 'policy'],
      ['alert.raised', 'policy'],
    ])
    await perform(enableKey, environment, commandLineActor)
    expect(await call(gate, inTheStates(0))).toBe(200)
    // Within the quiet hour, and told all the same.
    expect(await call(gate, premium)).toBe(403)
    expect(accessOf(gate)).toBe('policy')
    expect(alertsOf(gate, 'shut_number')).toMatchObject([{ accessDisabled: true }, { accessDisabled: true }])
  })

  test('does so in the commit of the call, which goes on', async () => {
    const gate = createDialling({ disableOn: ['budget_threshold'], callsPerDay: 2 })
    expect(await call(gate, inTheStates(0))).toBe(200)
    expect(accessOf(gate)).toBe('policy')
    expect(await call(gate, inTheStates(1))).toBe(403)
    expect(atOnce(gate.services.calls.holdingSlots())).toHaveLength(1)
  })

  test('leaves nothing where the call was not stored', async () => {
    const gate = createDialling({ disableOn: ['new_country'] })
    const { agents } = gate.services
    const triggering = call(gate, inTheStates(0))
    atOnce(agents.delete(gate.environment('production').defaultAgentId ?? '', gate.clock.now()))
    expect(await triggering).toBe(400)
    expect([alertsOf(gate), accessOf(gate)]).toEqual([[], null])
    const again = atOnce(agents.create(gate.agency.id, { name: 'Again', provider: 'vapi' }, gate.clock.now()))
    atOnce(gate.services.environments.setDefaultAgent(gate.production.id, again.id))
    await call(gate, inTheStates(0))
    expect(alertsOf(gate)).toHaveLength(1)
  })
})
