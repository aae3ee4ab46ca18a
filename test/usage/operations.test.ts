import { expect, test } from 'bun:test'
import { commandLineActor } from '../../src/people/actor.ts'
import { listRefusals } from '../../src/usage/operations/refusals.ts'
import { showUsage } from '../../src/usage/operations/show.ts'
import { adminOf } from '../support/actors.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const dayMs = 24 * 60 * 60_000
const ask = (gate: Gate, headers: Record<string, string> = {}) => gate.authorized('/api/v1/key', { headers })

const usageOf = async (gate: Gate, input: { environment?: 'production' | 'staging' } = {}) =>
  gate.services.perform(showUsage, { agency: 'Acme', ...input }, adminOf(gate.agency.id))

test('what is taken of the window and the slots is said as it stands this moment', async () => {
  const gate = createGate({ requestsPerMinute: 5 })
  await gate.trigger('07')
  await ask(gate)
  const [production, staging] = await usageOf(gate)
  expect(production).toMatchObject({
    environment: 'production',
    requests: 2,
    requests_limit: 5,
    window_seconds: 60,
    calls: 1,
    calls_limit: 10,
  })
  expect(staging).toMatchObject({ environment: 'staging', requests: 0, calls: 0 })
  await gate.clock.advance(61_000)
  expect((await usageOf(gate, { environment: 'production' }))[0]).toMatchObject({ requests: 0 })
})

test('the last hour has 60 minutes and the last 30 days 30, whatever came and whatever the hour', async () => {
  const gate = createGate()
  for (let hour = 0; hour < 25; hour++) {
    for (const { minutes, days } of await usageOf(gate)) {
      expect([minutes.length, days.length]).toEqual([60, 30])
      expect(minutes.at(-1)?.start_at).toBe(new Date(gate.clock.now()).toISOString())
      expect(days.at(-1)?.start_at).toStartWith(new Date(gate.clock.now()).toISOString().slice(0, 10))
      expect(days.every(({ start_at }) => start_at.endsWith('T00:00:00.000Z'))).toBe(true)
    }
    await gate.clock.advance(60 * 60_000)
  }
})

test('requests stand in the minute and the day in which they came, refused ones under their codes', async () => {
  const gate = createGate({ requestsPerMinute: 2 })
  const { clock, services } = gate
  await ask(gate)
  clock.step(2 * dayMs)
  await gate.trigger('07')
  await ask(gate)
  atOnce(services.environments.disableAccess(gate.production.id, 'admin'))
  await ask(gate)
  const [production] = await usageOf(gate)
  expect(production?.minutes.at(-1)).toMatchObject({
    granted: 1,
    refused: { rate_limited: 1, access_disabled: 1 },
    peak_calls: 1,
  })
  expect(production?.days.slice(-3).map(({ granted }) => granted)).toEqual([1, 0, 1])
  expect(production?.refusals).toEqual({ rate_limited: 1, access_disabled: 1 })
})

test('a refused request is found by its X-Request-Id, with the counters as they stood', async () => {
  const gate = createGate({ requestsPerMinute: 1 })
  await ask(gate)
  const refused = await ask(gate)
  await gate.clock.advance(1000)
  await ask(gate)
  const list = (input: object) =>
    gate.services.perform(listRefusals, { agency: 'Acme', ...input }, commandLineActor)
  const request_id = refused.headers.get('x-request-id') ?? ''
  expect(await list({ request_id })).toEqual([
    {
      request_id,
      environment: 'production',
      at: '2026-01-15T12:00:00.000Z',
      code: 'rate_limited',
      route: 'GET /api/v1/key',
      address: 'unknown',
      requests: 1,
      requests_limit: 1,
      calls: 0,
      calls_limit: 10,
    },
  ])
  expect((await list({})).map(({ at }) => at.slice(17, 19))).toEqual(['01', '00'])
  expect(await list({ limit: 1 })).toHaveLength(1)
  expect(await list({ environment: 'staging' })).toEqual([])
})
