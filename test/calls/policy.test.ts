import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { advance } from '../../src/calls/advance.ts'
import { noRules, type Rules } from '../../src/policy/rules.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { gateOwner, openRules } from '../support/policy.ts'
import { atOnce } from '../../src/work.ts'

const phone_number = '+14155550123'
const minuteMs = 60_000

/** A gate whose agent rings phones, at a provider without an account: its orders fail as soon as they go out. */
const createRinging = (rules: Partial<Rules> = {}, options: Parameters<typeof createGate>[0] = {}) => {
  const gate = createGate({ requestsPerMinute: 10_000, concurrentCalls: 10_000, ...options })
  const { agents, environments, policies } = gate.services
  const agent = atOnce(agents.create(gate.agency.id, { name: 'Rin', provider: 'twilio' }, gate.clock.now()))
  atOnce(environments.setDefaultAgent(gate.production.id, agent.id))
  atOnce(policies.set(gateOwner, 'operator', { ...openRules, ...rules }, gate.clock.now()))
  return gate
}

const agentOf = ({ services, agency }: Gate) =>
  atOnce(services.agents.list(agency.id)).find(({ name }) => name === 'Rin')?.id ?? null

const ring = (gate: Gate, body: object = {}) =>
  gate.postJson('/api/v1/calls/trigger', { phone_number, ...body })

const codeOf = async (response: Promise<Response>) => {
  const { code, success } = await answer(await response)
  return success ? 'placed' : code
}

const used = ({ services, production, clock }: Gate) =>
  atOnce(
    services.spending.sum(
      { environmentId: production.id },
      { first: '2000-01-01', last: '2100-01-01' },
      clock.now(),
    ),
  )

/** What the table says of all calls that are stored. */
const counted = ({ database }: Gate) =>
  database.sqlite
    .query<Record<string, number>, []>(
      `select count(*) as calls, coalesce(sum(duration_seconds), 0) as seconds,
       coalesce(sum(case when ended_at is null then (expires_at - created_at) / 1000 else 0 end), 0) as reservedSeconds
       from calls where spending_day is not null`,
    )
    .get()

describe('a new gate', () => {
  const unanswered = (gate: Gate) => atOnce(gate.services.policies.set(gateOwner, 'operator', noRules, 0))

  test('rings no phone until an operator has chosen countries', async () => {
    const gate = createRinging()
    unanswered(gate)
    expect(await codeOf(ring(gate))).toBe('destination_not_allowed')
    atOnce(gate.services.policies.set(gateOwner, 'operator', { ...noRules, countries: ['US'] }, 0))
    expect(await codeOf(ring(gate))).toBe('placed')
  })

  test('plays calls in the simulator, to whatever number', async () => {
    const gate = createGate()
    unanswered(gate)
    expect((await gate.trigger()).status).toBe(200)
    expect(used(gate)).toMatchObject({ calls: 0, seconds: 0 })
  })
})

describe('each rule refuses with its own code, takes no slot and counts nothing', () => {
  const monday8 = Date.parse('2026-01-05T13:00:00Z')
  test.each([
    [{ countries: ['GB'] }, {}, 403, 'destination_not_allowed'],
    [{ numberKinds: [] }, { phone_number: '+19005551234' }, 403, 'destination_not_allowed'],
    [{ consentRequired: true }, {}, 403, 'consent_required'],
    [{ hours: ['tue 09:00-10:00'] }, {}, 403, 'outside_calling_hours'],
    [{ hours: ['mon 09:00-20:00'] }, { time_zone: 'America/Los_Angeles' }, 403, 'outside_calling_hours'],
  ] as const)('%j %j', async (rules, body, status, code) => {
    const gate = createRinging(rules as Partial<Rules>)
    await gate.clock.advance(monday8 - gate.clock.now())
    const response = await ring(gate, body)
    expect([response.status, (await answer(response)).code]).toEqual([status, code])
    expect(gate.services.leases.count(gate.production.id)).toBe(0)
    expect(used(gate)).toMatchObject({ calls: 0, reservedSeconds: 0 })
    expect(atOnce(gate.services.calls.holdingSlots())).toEqual([])
  })

  test('a hard budget that one call could exceed', async () => {
    const gate = createRinging({ minutesPerDay: 59, hardBudget: true })
    const response = await ring(gate)
    expect([response.status, (await answer(response)).code]).toEqual([402, 'budget_exceeded'])
    expect(used(gate)).toMatchObject({ calls: 0, reservedSeconds: 0 })
  })

  test('a cap, with the time at which one more fits', async () => {
    const gate = createRinging({ callsToNumberPerHour: 1 })
    expect(await codeOf(ring(gate))).toBe('placed')
    await gate.clock.advance(20 * minuteMs)
    const refused = await ring(gate)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2400'])
    expect(await codeOf(ring(gate, { phone_number: '+14155550124' }))).toBe('placed')
    await gate.clock.advance(40 * minuteMs)
    expect(await codeOf(ring(gate))).toBe('placed')
  })

  test('staging, which calls for real only its own numbers', async () => {
    const gate = createRinging({ stagingNumbers: [phone_number] })
    const staging = gate.environment('staging')
    const { environments } = gate.services
    atOnce(environments.setDialsReal(staging.id, true))
    atOnce(environments.setDefaultAgent(staging.id, agentOf(gate)))
    const key = gate.issue(staging.id)
    const codes = ['+14155550124', phone_number].map((number) =>
      codeOf(gate.postJson('/api/v1/calls/trigger', { phone_number: number }, key)),
    )
    expect(await Promise.all(codes)).toEqual(['destination_not_allowed', 'placed'])
    expect(await codeOf(ring(gate, { phone_number: '+14155550124' }))).toBe('placed')
  })
})

test('of 40 calls at once, exactly as many are placed as the budget and the cap allow', async () => {
  for (const rules of [
    { callsPerDay: 7 },
    { callsToNumberPerDay: 7 },
    { minutesPerDay: 7 * 60, hardBudget: true },
  ]) {
    const gate = createRinging(rules)
    const codes = await Promise.all(Array.from({ length: 40 }, () => codeOf(ring(gate))))
    expect(codes.filter((code) => code === 'placed')).toHaveLength(7)
    expect(used(gate).calls).toBe(7)
    expect(gate.services.leases.count(gate.production.id)).toBe(7)
  }
})

test('the call that ends frees what it reserved, and what it used stays', async () => {
  const gate = createRinging({ minutesPerDay: 60, hardBudget: true })
  const { call_id = '' } = await answer(await ring(gate))
  expect(await codeOf(ring(gate))).toBe('budget_exceeded')
  const at = gate.clock.now()
  await gate.services.lifecycle.record(
    call_id,
    { type: 'answered', at },
    { type: 'ended', at, status: 'completed', durationSeconds: 90 },
  )
  expect(used(gate)).toMatchObject({ calls: 1, seconds: 90, reservedSeconds: 0 })
  expect(await codeOf(ring(gate))).toBe('budget_exceeded')
  const owners = { agencyId: null, environmentId: null }
  atOnce(
    gate.services.policies.set(owners, 'operator', { ...openRules, minutesPerDay: 62, hardBudget: true }, 0),
  )
  expect(await codeOf(ring(gate))).toBe('placed')
})

test('a budget is whole again after the agency’s own midnight', async () => {
  const gate = createRinging({ callsPerDay: 1, timeZone: 'America/St_Johns' })
  const start = Date.parse('2026-06-01T02:00:00Z')
  await gate.clock.advance(start - gate.clock.now())
  expect(await codeOf(ring(gate))).toBe('placed')
  expect(await codeOf(ring(gate))).toBe('budget_exceeded')
  await gate.clock.advance(Date.parse('2026-06-01T02:30:00Z') - start)
  expect(await codeOf(ring(gate))).toBe('placed')
})

describe('right before the order goes out the rules are asked again', () => {
  const outcome = async (gate: Gate, meanwhile: () => void) => {
    const { call_id = '' } = await answer(await ring(gate))
    meanwhile()
    await gate.clock.advance(0)
    const call = atOnce(gate.services.calls.find(call_id))
    return { status: call?.status, code: call?.reasonCode, sent: call?.sentAt }
  }

  test('a country that was closed meanwhile is not called, and the slot is free', async () => {
    const gate = createRinging()
    const close = () =>
      atOnce(gate.services.policies.set(gateOwner, 'operator', { ...openRules, countries: ['GB'] }, 0))
    expect(await outcome(gate, close)).toEqual({
      status: 'canceled',
      code: 'destination_not_allowed',
      sent: null,
    })
    expect(gate.services.leases.count(gate.production.id)).toBe(0)
    expect(used(gate)).toMatchObject({ calls: 1, reservedSeconds: 0 })
  })

  test('a restart carries no call past its hour', async () => {
    using directory = temporaryDirectory()
    const path = directory.database
    const gate = createRinging({ hours: ['mon-sun 00:00-12:00'] }, { path })
    await gate.clock.advance(Date.parse('2026-01-05T16:59:00Z') - gate.clock.now())
    const { call_id = '' } = await answer(await ring(gate, { time_zone: 'America/New_York' }))
    gate.services.halt()
    const again = createGate({ path, clock: gate.clock })
    await gate.clock.advance(2 * minuteMs)
    atOnce(
      again.services.policies.set(gateOwner, 'operator', { ...openRules, hours: ['mon-sun 00:00-12:00'] }, 0),
    )
    again.services.reconciler.start()
    await gate.clock.advance(0)
    expect(atOnce(again.services.calls.find(call_id))).toMatchObject({
      status: 'canceled',
      reasonCode: 'outside_calling_hours',
    })
    again.services.halt()
  })
})

test('what was used is the sum of the calls, whatever their events, and erasing a person changes nothing', async () => {
  const gate = createRinging()
  const { calls, lifecycle } = gate.services
  const event = fc.record({
    pick: fc.nat(),
    kind: fc.constantFrom('answered' as const, 'ended' as const, 'again' as const),
    seconds: fc.nat(3600),
    cents: fc.nat(500),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
      const { call_id = '' } = await answer(await ring(gate))
      for (const { kind, seconds, cents } of events) {
        const at = gate.clock.now()
        const details = { costCents: cents, currency: 'USD' }
        await lifecycle.change(call_id, (call) =>
          kind === 'answered'
            ? advance(call, { type: 'answered', at })
            : advance(call, {
                type: 'ended',
                at,
                status: 'completed',
                // A provider may tell of the length first, and of the cost later, or the other way round.
                ...(kind === 'ended' ? { durationSeconds: seconds } : { details }),
              }),
        )
      }
      expect(used(gate)).toMatchObject({ ...counted(gate) })
    }),
    { numRuns: 20 },
  )
  const before = used(gate)
  const costs = gate.database.sqlite
    .query<{ cents: number }, []>('select coalesce(sum(cost_cents), 0) as cents from calls')
    .get()
  expect(before.cents.USD ?? 0).toBe(costs?.cents ?? -1)
  const ended = atOnce(calls.page({ environmentId: gate.production.id, limit: 100 })).calls
  atOnce(gate.services.personalData.forget(ended.map(({ id }) => id)))
  expect(used(gate)).toEqual(before)
})

test('consent is kept with the call, and its reference is erased with the person', async () => {
  const gate = createRinging({ consentRequired: true })
  const consent = { basis: 'opt_in', at: '2026-01-02T03:04:05Z', reference: 'form 17' }
  const { call_id = '' } = await answer(await ring(gate, { consent }))
  const shown = await answer(await gate.authorized(`/api/v1/calls/${call_id}`))
  expect(shown.data?.consent).toEqual(consent)
  await gate.clock.advance(0)
  atOnce(gate.services.personalData.forget([call_id]))
  expect(atOnce(gate.services.calls.find(call_id))?.consent).toEqual({ ...consent, reference: null })
})

test('GET /policy says what may be called, and what is left', async () => {
  const gate = createRinging({
    countries: ['US'],
    callsPerDay: 3,
    costPerMonth: { cents: 1050, currency: 'USD' },
  })
  await ring(gate)
  const { data } = await answer(await gate.authorized('/api/v1/policy'))
  expect(data).toMatchObject({
    countries: ['US'],
    budgets: [
      { budget: 'calls_per_day', scope: 'agency', limit: 3, used: 1, remaining: 2, currency: null },
      { budget: 'cost_per_month', limit: 10.5, used: 0, currency: 'USD' },
    ],
  })
})
