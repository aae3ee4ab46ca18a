import { afterAll, describe, expect, test } from 'bun:test'
import type { Config } from '../../src/config.ts'
import { listenForMetrics } from '../../src/http/metrics.ts'
import { holdNothingOf } from '../support/conformance.ts'
import { createGate } from '../support/gate.ts'
import { busyGate, metricsOf, readMetrics } from '../support/metrics.ts'
import { listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

const servers: { stop(now: boolean): unknown }[] = []
afterAll(() => servers.forEach((server) => server.stop(true)))

const serve = (settings: Partial<Pick<Config, 'metricsAddress' | 'metricsToken'>> = {}) => {
  const gate = createGate(settings)
  const server = gate.app.listen({ port: 0, hostname: '127.0.0.1' }).server
  if (!server) throw new Error('it does not listen')
  servers.push(server)
  return {
    gate,
    get: (headers: Record<string, string> = {}) => fetch(new URL('/metrics', server.url), { headers }),
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const token = 'a-token-for-tests'

describe('who may read', () => {
  test('this machine, and nobody that a proxy on it speaks for', async () => {
    const { get, gate } = serve()
    const answer = await get()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect([...readMetrics(await answer.text()).keys()]).toContain('callgate_http_requests_total')
    for (const name of ['x-forwarded-for', 'forwarded', 'via'])
      expect((await get({ [name]: '192.0.2.1' })).status).toBe(403)
    expect((await gate.app.handle(new Request('http://localhost/metrics'))).status).toBe(403)
  })

  test('this machine under an address or a loopback name alone: another name is that of a page that DNS rebinding led here', async () => {
    const metricsAddress = { hostname: '127.0.0.1', port: 0 }
    const own = listenForMetrics(createGate({ metricsAddress }).services)
    if (!own) throw new Error('it does not listen')
    servers.push(own)
    holdNothingOf(own.url.origin)
    const { get } = serve()
    const atOwn = (headers: Record<string, string>) => fetch(new URL('/metrics', own.url), { headers })
    for (const ask of [get, atOwn]) {
      for (const host of ['evil.example', 'evil.example:3000', '127.0.0.1.nip.example'])
        expect((await ask({ host })).status).toBe(403)
      for (const host of ['localhost:3000', '127.0.0.1', '[::1]:9464'])
        expect((await ask({ host })).status).toBe(200)
    }
    expect((await get({ host: 'evil.example' })).text()).resolves.toContain('metrics_host')
  })

  test('with a token: who has it, from wherever, and not this machine as such', async () => {
    const { get, gate } = serve({ metricsToken: token })
    const refused = await get()
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="callgate"')
    expect(await refused.json()).toMatchObject({ success: false, code: 'metrics_token_needed' })
    for (const wrong of [`${token}x`, token.slice(1), '', gate.key])
      expect((await get(bearer(wrong))).status).toBe(401)
    expect((await get({ ...bearer(token), 'x-forwarded-for': '192.0.2.1' })).status).toBe(200)
  })

  test('at an address of its own: there alone, and nothing else there', async () => {
    const metricsAddress = { hostname: '127.0.0.1', port: 0 }
    const { get, gate } = serve({ metricsAddress, metricsToken: token })
    expect((await get(bearer(token))).status).toBe(404)
    const own = listenForMetrics(gate.services)
    if (!own) throw new Error('it does not listen')
    servers.push(own)
    holdNothingOf(own.url.origin)
    const at = async (path: string, headers = {}) => (await fetch(new URL(path, own.url), { headers })).status
    expect(await at('/metrics', bearer(token))).toBe(200)
    expect(await at('/metrics')).toBe(401)
    expect(await at('/api/v1/key', bearer(gate.key))).toBe(404)
    expect(await at('/admin')).toBe(404)
  })

  test('a database that does not answer is a refusal there too, without its words', async () => {
    const { gate } = serve({ metricsAddress: { hostname: '127.0.0.1', port: 0 } })
    const own = listenForMetrics(gate.services)
    if (!own) throw new Error('it does not listen')
    servers.push(own)
    gate.database.close()
    const answer = await fetch(new URL('/metrics', own.url))
    expect([answer.status, await answer.text()]).toEqual([503, 'The metrics could not be collected.\n'])
  })
})

describe('what it tells', () => {
  test('every request once, by the pattern of its path, its status and its code', async () => {
    const gate = createGate({ requestsPerMinute: 2 })
    for (const _ of [1, 2, 3]) await gate.authorized(`/api/v1/calls/${crypto.randomUUID()}`)
    await gate.app.handle(new Request('http://localhost/nowhere', { method: 'PROPFIND' }))
    const { samples = new Map() } = metricsOf(gate).get('callgate_http_requests_total') ?? {}
    expect([...samples]).toEqual([
      ['{method="GET",route="/api/v1/calls/:call_id",status="404",code="not_found"}', 2],
      ['{method="GET",route="/api/v1/calls/:call_id",status="429",code="rate_limited"}', 1],
      ['{method="OTHER",route="unknown",status="404",code="not_found"}', 1],
    ])
    const durations = metricsOf(gate).get('callgate_http_request_duration_seconds')?.samples
    expect(durations?.get('_count{method="GET",route="/api/v1/calls/:call_id"}')).toBe(3)
  })

  test('windows, slots and calls as they stand, each limit its own', async () => {
    const gate = createGate({ requestsPerMinute: 3 })
    atOnce(gate.services.environments.setLimits(gate.production.id, { concurrentCalls: 2 }))
    const gauges = () => {
      const families = metricsOf(gate)
      const value = (name: string) => families.get(`callgate_${name}`)?.samples.get('{}')
      const windows = ['window_requests', 'window_environments', 'window_environments_at_limit'].map(value)
      const leases = ['leases_in_use', 'lease_environments', 'lease_environments_at_limit'].map(value)
      return { windows, leases, calls: [...(families.get('callgate_calls_active')?.samples ?? [])] }
    }
    expect(gauges()).toEqual({ windows: [0, 0, 0], leases: [0, 0, 0], calls: [] })
    await gate.trigger('07')
    const initiated = '{provider="simulator",status="initiated"}'
    expect(gauges()).toEqual({ windows: [1, 1, 0], leases: [1, 1, 0], calls: [[initiated, 1]] })
    await gate.trigger('07')
    await gate.trigger('07')
    expect(gauges()).toEqual({ windows: [3, 1, 1], leases: [2, 1, 1], calls: [[initiated, 2]] })
    await gate.clock.advance(61_000)
    const talking = '{provider="simulator",status="in_progress"}'
    expect(gauges()).toEqual({ windows: [0, 0, 0], leases: [2, 1, 1], calls: [[talking, 2]] })
  })

  test('the queue of webhooks and how long its oldest event has waited', async () => {
    const gate = createGate()
    const queue = () => {
      const families = metricsOf(gate)
      return ['length', 'oldest_seconds'].map((name) =>
        families.get(`callgate_webhook_queue_${name}`)?.samples.get('{}'),
      )
    }
    expect(queue()).toEqual([0, 0])
    listen(gate, 'http://127.0.0.1:1/')
    await gate.trigger()
    await gate.clock.advance(10_000)
    const [length, oldestSeconds = 0] = queue()
    expect(length).toBe(2)
    expect(oldestSeconds).toBeWithin(8, 10)
  })

  test('the age of keys: how many are due for rotation, and the oldest live one', async () => {
    const gate = createGate()
    const keys = () => {
      const families = metricsOf(gate)
      return ['keys_live', 'keys_due_for_rotation', 'key_age_max_seconds'].map((name) =>
        families.get(`callgate_${name}`)?.samples.get('{}'),
      )
    }
    gate.issue(gate.environment('staging').id)
    expect(keys()).toEqual([2, 0, 0])
    await gate.clock.advance(91 * 86_400_000)
    expect(keys()).toEqual([2, 2, 91 * 86_400])
    gate.issue()
    expect(keys()).toEqual([2, 1, 91 * 86_400])
  })

  test('nothing of whom: no agency, key, id, address or number', async () => {
    await using gate = await busyGate()
    const text = atOnce(gate.services.readMetrics())
    const { agency, agent, key, production } = gate
    for (const secret of [agency.id, agency.name, agent.id, production.id, key, '+1555'])
      expect(text).not.toContain(secret)
    expect(text).not.toMatch(/[\da-f]{8}-[\da-f]{4}/)
  })
})
