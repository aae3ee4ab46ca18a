import { expect, test } from 'bun:test'
import { mintToken } from '../../src/keys/token.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const minuteMs = 60_000

const ask = (gate: Gate, token = gate.key, headers: Record<string, string> = {}) =>
  gate.authorized('/api/v1/key', { headers }, token)

/** What is known of production, by outcome. */
const outcomes = ({ services, production }: Gate, span: 'minute' | 'hour' = 'minute') =>
  Object.fromEntries(
    atOnce(services.usage.figures(production.id, span, 0)).map((each) => [each.outcome, each.count]),
  )

const stored = ({ database }: Gate) =>
  database.sqlite.query<{ rows: number }, []>('select count(*) as rows from usage').get()?.rows

test('every request with a key of ours counts once: granted, or under the code of its refusal', async () => {
  const gate = createGate({ requestsPerMinute: 6, concurrentCalls: 1 })
  await ask(gate)
  await gate.trigger('07')
  await gate.trigger('07')
  await gate.postJson('/api/v1/calls/trigger', '{')
  await gate.postJson('/api/v1/calls/trigger', { phone_number: '123' })
  await gate.authorized('/api/v1/calls/00000000-0000-4000-8000-000000000000')
  await ask(gate)
  atOnce(gate.services.environments.disableAccess(gate.production.id, 'admin'))
  await ask(gate)
  atOnce(gate.services.agencies.setPlan(gate.agency.id, 'growth'))
  await ask(gate)
  await gate.authorized(`/api/v1/key?key=${gate.key}`)
  gate.issue()
  await ask(gate)
  const counted = {
    granted: 2,
    concurrency_limited: 1,
    invalid_json: 1,
    invalid_phone_number: 1,
    not_found: 1,
    rate_limited: 1,
    access_disabled: 1,
    plan_required: 1,
    key_in_url: 1,
    rotated_key: 1,
    peak_calls: 1,
  }
  expect(outcomes(gate)).toEqual(counted)
  atOnce(gate.services.usage.flush())
  expect(outcomes(gate)).toEqual(counted)
  expect(outcomes(gate, 'hour')).toEqual({ ...counted, 'call:triggered': 1 })
})

test('a flood of unknown keys leaves nothing in memory and nothing on disk', async () => {
  const warnings: string[] = []
  const gate = createGate({ log: { ...silentLog, warn: (message) => void warnings.push(message) } })
  for (let sent = 0; sent < 50; sent++) await ask(gate, mintToken())
  await gate.request('/api/v1/key')
  await ask(gate, 'wrong')
  expect(outcomes(gate)).toEqual({})
  expect(atOnce(gate.services.usage.uses(gate.production.id, 0))).toEqual([])
  expect(atOnce(gate.services.usage.refusals(gate.production.id))).toEqual([])
  await gate.clock.advance(2 * minuteMs)
  expect(stored(gate)).toBe(0)
  // What had gathered for nobody could not be written.
  expect(warnings).toEqual([])
})

test('counts are written once a minute, whole, and read the same before and after', async () => {
  const gate = createGate()
  for (let sent = 0; sent < 3; sent++) await ask(gate)
  await gate.clock.advance(30_000)
  await ask(gate)
  expect([stored(gate), outcomes(gate).granted]).toEqual([0, 4])
  await gate.clock.advance(30_000)
  expect([stored(gate), outcomes(gate).granted]).toEqual([2, 4])
  await ask(gate)
  expect([stored(gate), outcomes(gate, 'hour').granted]).toEqual([2, 5])
  gate.services.halt()
  expect(
    atOnce(gate.services.usage.figures(gate.production.id, 'minute', 0)).map(({ count }) => count),
  ).toEqual([4, 1])
})

test('a disk that takes nothing loses no count: the next flush writes them all', async () => {
  const gate = createGate()
  await ask(gate, gate.key, { 'user-agent': 'curl/8.5' })
  gate.database.sqlite.run('PRAGMA query_only = ON')
  await gate.clock.advance(3 * minuteMs)
  await ask(gate)
  expect(outcomes(gate, 'hour').granted).toBe(2)
  gate.database.sqlite.run('PRAGMA query_only = OFF')
  await gate.clock.advance(minuteMs)
  const rows = gate.database.sqlite.query('select outcome, count from usage where span = ?').all('hour')
  expect(rows).toEqual([{ outcome: 'granted', count: 2 }])
  expect(atOnce(gate.services.keys.live(gate.production.id))?.lastUsedAt).toBe(gate.clock.now() - minuteMs)
})

test('what was counted is there after a restart', async () => {
  using directory = temporaryDirectory()
  const first = createGate({ path: directory.database })
  await ask(first)
  first.services.halt()
  first.database.close()
  const second = createGate({ path: directory.database })
  expect(atOnce(second.services.usage.figures(first.production.id, 'hour', 0))).toMatchObject([{ count: 1 }])
  second.database.close()
})

test('the peak of calls at once is kept for every minute of a call, also without any request', async () => {
  const gate = createGate()
  await gate.trigger('07')
  await gate.trigger('07')
  await gate.clock.advance(3 * minuteMs + 5000)
  const peaks = atOnce(gate.services.usage.figures(gate.production.id, 'minute', 0)).filter(
    ({ outcome }) => outcome === 'peak_calls',
  )
  expect(peaks.map(({ count }) => count)).toEqual([2, 2, 2, 2])
})

test('the peak of the whole gate is of calls in progress at once, not a sum of peaks, before it is written and after', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const { leases, usage } = gate.services
  const take = (environmentId: string) => {
    const callId = crypto.randomUUID()
    const takenAt = gate.clock.now()
    leases.take({ callId, environmentId, takenAt, expiresAt: takenAt + 3_600_000 }, 10)
    return callId
  }
  const peaks = (of: Pick<typeof usage, 'totals'> = usage) =>
    atOnce(of.totals(0))
      .filter(({ outcome }) => outcome === 'peak_calls_of_all')
      .map(({ count }) => count)
  const staging = gate.environment('staging').id
  const calls = [take(gate.production.id), take(gate.production.id), take(gate.production.id)]
  for (const call of calls) leases.release(call, gate.clock.now())
  const two = [take(staging), take(staging)]
  expect(peaks()).toEqual([3])
  await gate.clock.advance(minuteMs)
  expect(peaks()).toEqual([3])
  const both = [...two, take(gate.production.id), take(gate.production.id)]
  expect(peaks()).toEqual([4])
  await gate.clock.advance(minuteMs)
  for (const call of both.slice(1)) leases.release(call, gate.clock.now())
  // Written twice in its hour, the higher one stays; the next hour begins with the call that goes on.
  await gate.clock.advance(60 * minuteMs)
  expect(peaks()).toEqual([4, 1])
  gate.services.halt()
  gate.database.close()
  const next = createGate({ path: directory.database, clock: gate.clock })
  expect(peaks(next.services.usage)).toEqual([4, 1])
  // What is in progress now was at once now, also before the first minute after a start.
  const takenAt = gate.clock.now()
  for (const callId of ['a', 'b'])
    next.services.leases.restore({ callId, environmentId: staging, takenAt, expiresAt: takenAt + 3_600_000 })
  expect(peaks(next.services.usage)).toEqual([4, 2])
  next.database.close()
})

test('a refusal is kept with its request id, its route and the counters as they stood', async () => {
  const gate = createGate({ requestsPerMinute: 3, concurrentCalls: 1 })
  await gate.trigger('07')
  const full = await gate.trigger('07')
  const unknown = await gate.authorized('/api/v1/calls/00000000-0000-4000-8000-000000000000')
  const limited = await ask(gate)
  const idOf = (response: Response) => response.headers.get('x-request-id')
  const at = { requestLimit: 3, callLimit: 1, calls: 1, address: 'unknown', at: gate.clock.now() }
  const expected = [
    { ...at, requestId: idOf(limited), code: 'rate_limited', requests: 3, route: 'GET /api/v1/key' },
    { ...at, requestId: idOf(unknown), code: 'not_found', requests: 3, route: 'GET /api/v1/calls/:call_id' },
    {
      ...at,
      requestId: idOf(full),
      code: 'concurrency_limited',
      requests: 2,
      route: 'POST /api/v1/calls/trigger',
    },
  ]
  const kept = () =>
    atOnce(gate.services.usage.refusals(gate.production.id)).toSorted((a, b) => (a.code < b.code ? 1 : -1))
  const sorted = expected.toSorted((a, b) => (a.code < b.code ? 1 : -1))
  expect(kept()).toMatchObject(sorted)
  atOnce(gate.services.usage.flush())
  expect(kept()).toMatchObject(sorted)
})

test('only the newest 200 refusals of an environment are kept, in memory and on disk', async () => {
  const gate = createGate({ requestsPerMinute: 1 })
  await ask(gate)
  const ids: string[] = []
  const flood = async () => {
    for (let sent = 0; sent < 250; sent++) {
      await gate.clock.advance(20)
      ids.unshift((await ask(gate)).headers.get('x-request-id') ?? '')
    }
  }
  const kept = () =>
    atOnce(gate.services.usage.refusals(gate.production.id)).map(({ requestId }) => requestId)
  await flood()
  expect(kept()).toEqual(ids.slice(0, 200))
  atOnce(gate.services.usage.flush())
  await flood()
  expect(kept()).toEqual(ids.slice(0, 200))
  atOnce(gate.services.usage.flush())
  expect(kept()).toEqual(ids.slice(0, 200))
  expect(gate.database.sqlite.query('select count(*) as rows from refusals').get()).toEqual({ rows: 200 })
})

test('a replaced key that is still used is counted by its own clients, apart from before the rotation', async () => {
  const gate = createGate()
  const agent = { 'user-agent': 'python-requests/2.31' }
  await ask(gate, gate.key, agent)
  await ask(gate, gate.key, agent)
  atOnce(gate.services.usage.flush())
  const fresh = gate.issue()
  await gate.clock.advance(1000)
  await ask(gate, gate.key, agent)
  await ask(gate, fresh, { 'user-agent': 'node' })
  const lastUsedAt = gate.clock.now()
  for (const flush of [() => {}, () => atOnce(gate.services.usage.flush())]) {
    flush()
    const uses = atOnce(gate.services.usage.uses(gate.production.id, 0))
    expect(uses.map(({ client, requests, afterRotation }) => [client, requests, afterRotation])).toEqual([
      ['python-requests', 3, 1],
      ['node', 1, 0],
    ])
    expect(uses[0]).toMatchObject({ firstSeenAt: lastUsedAt - 1000, lastSeenAt: lastUsedAt })
  }
})

test('over a socket, who used a key is known by address and program', async () => {
  const gate = createGate()
  gate.app.listen({ port: 0, hostname: '127.0.0.1' })
  const url = `http://127.0.0.1:${gate.app.server?.port}/api/v1/key`
  const headers = { authorization: `Bearer ${gate.key}`, 'user-agent': 'curl/8.5.0 (x)' }
  await fetch(url, { headers })
  await fetch(`${url}/nothing`, { headers })
  expect((await fetch(`${url}?key=${gate.key}`, { headers })).status).toBe(400)
  expect(atOnce(gate.services.usage.uses(gate.production.id, 0))).toMatchObject([
    { address: '127.0.0.1', client: 'curl', requests: 2 },
  ])
  expect(atOnce(gate.services.usage.refusals(gate.production.id))).toMatchObject([
    { address: '127.0.0.1', code: 'key_in_url', route: 'GET /api/v1/key' },
  ])
  await gate.app.stop(true)
})
