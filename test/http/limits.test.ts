import { expect, test } from 'bun:test'
import { openDatabase } from '../../src/storage/database.ts'
import { createStores } from '../../src/storage/stores.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { answer, createGate, type Gate, testSecret } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const ask = (gate: Gate, key = gate.key) => gate.authorized('/api/v1/key', {}, key)

/** How many of so many requests are granted. */
const grantedOf = async (gate: Gate, requests: number) => {
  let granted = 0
  for (let sent = 0; sent < requests; sent++) if ((await ask(gate)).status === 200) granted++
  return granted
}

const limit = (gate: Gate, limits: Parameters<Gate['services']['environments']['setLimits']>[1]) =>
  atOnce(gate.services.environments.setLimits(gate.production.id, limits))

test('a request limit raised in mid-window lets exactly the difference through', async () => {
  const gate = createGate()
  expect(await grantedOf(gate, 101)).toBe(100)
  limit(gate, { requestsPerMinute: 130 })
  expect(await grantedOf(gate, 40)).toBe(30)
})

test('a request limit lowered in mid-window refuses until enough requests have left the window', async () => {
  const gate = createGate()
  expect(await grantedOf(gate, 50)).toBe(50)
  await gate.clock.advance(30_000)
  expect(await grantedOf(gate, 20)).toBe(20)
  limit(gate, { requestsPerMinute: 20 })
  const refused = await ask(gate)
  // The first 50 have left after 30 s more, but the 20 that came later fill the lower limit until 60.
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
  await gate.clock.advance(59_000)
  expect((await ask(gate)).status).toBe(429)
  await gate.clock.advance(1000)
  expect(await grantedOf(gate, 30)).toBe(20)
})

test('a limit of concurrent calls that is raised or lowered holds for the next call, and ends none', async () => {
  const gate = createGate({ concurrentCalls: 3 })
  const statuses = async (calls: number) => {
    const seen: number[] = []
    for (let call = 0; call < calls; call++) seen.push((await gate.trigger('07')).status)
    return seen
  }
  expect(await statuses(4)).toEqual([200, 200, 200, 429])
  limit(gate, { concurrentCalls: 5 })
  expect(await statuses(3)).toEqual([200, 200, 429])
  limit(gate, { concurrentCalls: 2 })
  expect(await statuses(1)).toEqual([429])
  expect(gate.services.leases.count(gate.production.id)).toBe(5)
  limit(gate, { concurrentCalls: null })
  expect(await statuses(1)).toEqual([429])
})

test('headers and GET /key tell the environment’s own limits, and the other environment keeps the server’s', async () => {
  const gate = createGate()
  const staging = gate.issue(gate.environment('staging').id)
  limit(gate, { requestsPerMinute: 250, concurrentCalls: 25 })
  const own = await ask(gate)
  expect(own.headers.get('ratelimit-policy')).toBe(
    '"permin";q=250;w=60, "inflight";q=25;qu="concurrent-requests"',
  )
  expect(own.headers.get('ratelimit')).toBe('"permin";r=249;t=60, "inflight";r=25')
  expect((await answer(own)).data?.limits).toEqual({
    requests: { limit: 250, window_seconds: 60, remaining: 249, reset_seconds: 60 },
    concurrent_calls: { limit: 25, active: 0, remaining: 25 },
  })
  expect((await ask(gate, staging)).headers.get('ratelimit-policy')).toContain('q=100;w=60, "inflight";q=10')
})

test('a limit that another process has set holds within a second', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  gate.services.watcher.start()
  expect((await ask(gate)).status).toBe(200)
  const database = openDatabase(directory.database)
  atOnce(
    createStores(database, testSecret).environments.setLimits(gate.production.id, { requestsPerMinute: 1 }),
  )
  await gate.clock.advance(1000)
  expect((await ask(gate)).status).toBe(429)
  gate.services.halt()
  database.close()
  gate.database.close()
})
