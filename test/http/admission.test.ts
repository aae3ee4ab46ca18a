import { describe, expect, test } from 'bun:test'
import type { Plan } from '../../src/agencies/agency.ts'
import { answer, createGate, type Gate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'
import { callCount } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

const ask = (gate: Gate, token = gate.key) => gate.authorized('/api/v1/key', {}, token)

const exhaust = async (gate: Gate, token = gate.key) => {
  for (let request = 1; request <= 100; request++) expect((await ask(gate, token)).status).toBe(200)
}

const remaining = ({ services, production, clock }: Gate) =>
  services.windows.peek(production.id, 100, clock.monotonic()).remaining

const staging = (gate: Gate) => gate.issue(gate.environment('staging').id)

test('a grant and a refusal are answered in the turn in which they are decided, without a wait', () => {
  const gate = createGate({ requestsPerMinute: 1 })
  const statusOf = (authorization: string) => {
    const answered = gate.app.fetch(
      new Request('http://localhost/api/v1/key', { headers: { authorization } }),
    )
    return answered instanceof Response ? answered.status : 'answered later'
  }
  expect(statusOf(`Bearer ${gate.key}`)).toBe(200)
  expect(statusOf(`Bearer ${gate.key}`)).toBe(429)
  expect(statusOf('Bearer nothing')).toBe(401)
})

describe('the window', () => {
  test('grants exactly 100 requests, then says when to come back', async () => {
    const gate = createGate()
    await exhaust(gate)
    await gate.clock.advance(48_000)
    const { sentence } = await expectRefusal(await ask(gate), 429, 'rate_limited')
    expect(sentence).toBe('Rate limit exceeded. Retry after 12 seconds.')
  })

  test('admits after exactly Retry-After seconds and not a second before', async () => {
    const gate = createGate()
    await exhaust(gate)
    await gate.clock.advance(20_300)
    const { retryAfterSeconds } = await expectRefusal(await ask(gate), 429, 'rate_limited')
    expect(retryAfterSeconds).toBe(40)
    await gate.clock.advance((retryAfterSeconds - 1) * 1000)
    await expectRefusal(await ask(gate), 429, 'rate_limited')
    await gate.clock.advance(1000)
    expect((await ask(gate)).status).toBe(200)
  })

  test('is not prolonged by refused requests', async () => {
    const gate = createGate()
    await exhaust(gate)
    for (let second = 0; second < 59; second++) {
      await gate.clock.advance(1000)
      await expectRefusal(await ask(gate), 429, 'rate_limited')
    }
    await gate.clock.advance(1000)
    await exhaust(gate)
  })

  test('never lets the 101st of 150 simultaneous requests through', async () => {
    const gate = createGate()
    const answers = await Promise.all(Array.from({ length: 150 }, () => ask(gate)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(50)
  })

  test('is one for all routes of the API', async () => {
    const gate = createGate()
    const paths = ['/api/v1/key', '/api/v1/agents', `/api/v1/calls/${crypto.randomUUID()}`, '/api/v1/calls/x']
    for (let request = 0; request < 100; request++) await gate.authorized(paths[request % paths.length] ?? '')
    for (const path of paths) await expectRefusal(await gate.authorized(path), 429, 'rate_limited')
    await expectRefusal(await gate.trigger(), 429, 'rate_limited')
  })

  test('counts a request that is then refused for its body', async () => {
    const gate = createGate()
    await expectRefusal(await gate.postJson('/api/v1/calls/trigger', '{'), 400, 'invalid_json')
    expect(remaining(gate)).toBe(99)
  })

  test('is not touched by a refused key, plan or switch', async () => {
    const gate = createGate()
    await expectRefusal(await gate.request('/api/v1/key'), 401, 'missing_key')
    atOnce(gate.services.environments.disableAccess(gate.production.id, 'admin'))
    await expectRefusal(await ask(gate), 403, 'access_disabled')
    atOnce(gate.services.agencies.setPlan(gate.agency.id, 'growth'))
    await expectRefusal(await ask(gate), 403, 'plan_required')
    expect(remaining(gate)).toBe(100)
  })

  test('of staging is not the one of production', async () => {
    const gate = createGate()
    await exhaust(gate)
    await exhaust(gate, staging(gate))
  })

  test('is not refreshed by a rotation', async () => {
    const gate = createGate()
    await exhaust(gate)
    await expectRefusal(await ask(gate, gate.issue()), 429, 'rate_limited')
  })

  test('is not refreshed by switching access off and on, or by changing the plan', async () => {
    const gate = createGate()
    const { agencies, environments } = gate.services
    await exhaust(gate)
    atOnce(environments.disableAccess(gate.production.id, 'admin'))
    atOnce(agencies.setPlan(gate.agency.id, 'starter'))
    await expectRefusal(await ask(gate), 403, 'plan_required')
    atOnce(environments.enableAccess(gate.production.id))
    atOnce(agencies.setPlan(gate.agency.id, 'agency'))
    await expectRefusal(await ask(gate), 429, 'rate_limited')
  })
})

describe('the switch and the plan', () => {
  test('disabled access is refused from the very next request on, and the same key works again when enabled', async () => {
    const gate = createGate()
    const { environments } = gate.services
    for (let round = 0; round < 3; round++) {
      atOnce(environments.disableAccess(gate.production.id, 'admin'))
      const { sentence } = await expectRefusal(await ask(gate), 403, 'access_disabled')
      expect(sentence).toBe('API access is disabled. Enable it in Integrations → API & Webhooks.')
      atOnce(environments.enableAccess(gate.production.id))
      expect((await ask(gate)).status).toBe(200)
    }
  })

  test('disabled access of production leaves staging alone', async () => {
    const gate = createGate()
    const key = staging(gate)
    atOnce(gate.services.environments.disableAccess(gate.production.id, 'admin'))
    expect((await ask(gate, key)).status).toBe(200)
  })

  test.each<Plan>(['starter', 'growth'])(
    'the %s plan is refused at once and keeps its keys',
    async (plan) => {
      const gate = createGate()
      const keys = [gate.key, staging(gate)]
      atOnce(gate.services.agencies.setPlan(gate.agency.id, plan))
      for (const key of keys) await expectRefusal(await ask(gate, key), 403, 'plan_required')
      atOnce(gate.services.agencies.setPlan(gate.agency.id, 'agency'))
      for (const key of keys) expect((await ask(gate, key)).status).toBe(200)
    },
  )

  test('a rotated key stays refused whatever the switch and the plan say', async () => {
    const gate = createGate()
    gate.issue()
    atOnce(gate.services.environments.disableAccess(gate.production.id, 'admin'))
    await expectRefusal(await ask(gate), 401, 'rotated_key')
  })

  test('never admits the old key after rotation, however often it is rotated', async () => {
    const gate = createGate({ requestsPerMinute: 1000 })
    let key = gate.key
    for (let rotation = 0; rotation < 100; rotation++) {
      const fresh = gate.issue()
      await expectRefusal(await ask(gate, key), 401, 'rotated_key')
      expect((await ask(gate, fresh)).status).toBe(200)
      key = fresh
    }
  })
})

describe('the slots', () => {
  const endCall = (gate: Gate, callId: string | undefined) =>
    gate.authorized(`/api/v1/calls/${callId}/end`, { method: 'POST' })

  test('never let the 11th of 12 simultaneous calls in, but the next as soon as one has ended', async () => {
    const gate = createGate()
    const answers = await Promise.all(Array.from({ length: 12 }, () => gate.trigger('07')))
    const granted = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status !== 200)
    expect([granted.length, refused.length]).toEqual([10, 2])
    for (const response of refused) {
      const { sentence, retryAfterSeconds } = await expectRefusal(response, 429, 'concurrency_limited')
      expect(sentence).toBe(`Concurrent call limit exceeded. Retry after ${retryAfterSeconds} seconds.`)
    }
    expect(callCount(gate)).toBe(10)

    const first = granted[0] ? await answer(granted[0]) : undefined
    expect((await endCall(gate, first?.call_id)).status).toBe(200)
    expect((await gate.trigger('07')).status).toBe(200)
    await expectRefusal(await gate.trigger('07'), 429, 'concurrency_limited')
  })

  test('of staging are not the ones of production', async () => {
    const gate = createGate({ concurrentCalls: 1 })
    const key = staging(gate)
    atOnce(gate.services.environments.setDefaultAgent(gate.environment('staging').id, gate.agent.id))
    expect((await gate.trigger('07')).status).toBe(200)
    expect((await gate.trigger('07', key)).status).toBe(200)
    await expectRefusal(await gate.trigger('07'), 429, 'concurrency_limited')
    await expectRefusal(await gate.trigger('07', key), 429, 'concurrency_limited')
  })

  test('are not refreshed by a rotation or the switch', async () => {
    const gate = createGate({ concurrentCalls: 1 })
    await gate.trigger('07')
    atOnce(gate.services.environments.disableAccess(gate.production.id, 'admin'))
    atOnce(gate.services.environments.enableAccess(gate.production.id))
    await expectRefusal(await gate.trigger('07', gate.issue()), 429, 'concurrency_limited')
  })

  test('are not taken by a request that the window refused', async () => {
    const gate = createGate({ requestsPerMinute: 1 })
    await gate.trigger('07')
    await expectRefusal(await gate.trigger('07'), 429, 'rate_limited')
    expect(gate.services.leases.count(gate.production.id)).toBe(1)
  })

  test('being full costs a request of the window like any other', async () => {
    const gate = createGate({ concurrentCalls: 1 })
    await gate.trigger('07')
    await expectRefusal(await gate.trigger('07'), 429, 'concurrency_limited')
    expect(remaining(gate)).toBe(98)
  })
})
