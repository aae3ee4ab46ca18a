import { expect, test } from 'bun:test'
import { readConfig } from '../src/config.ts'
import { keptRows, Retention } from '../src/retention.ts'
import { createCommit } from '../src/storage/commit.ts'
import { silentLog } from '../src/telemetry/log.ts'
import { createGate, type Gate } from './support/gate.ts'
import { oldCall, oldDelivery } from './support/old-rows.ts'
import { callCount } from './support/rows.ts'
import { atOnce } from '../src/work.ts'

const dayMs = 24 * 60 * 60_000
const hourMs = 60 * 60_000
const rowsAtOnce = 200
const { keepDays } = readConfig({}, false)

/** Writes down how many rows each transaction changes. */
const watchCommits = ({ database }: Gate) => {
  const sizes: number[] = []
  const transaction = database.transaction.bind(database)
  const changes = () =>
    database.sqlite.query<{ all: number }, []>('select total_changes() as "all"').get()?.all ?? 0
  database.transaction = function* (work) {
    const before = changes()
    const done = yield* transaction(work)
    sizes.push(changes() - before)
    return done
  }
  return sizes
}

test('a trigger waits for one small batch at most while 20,000 old calls are removed', async () => {
  const gate = createGate({ requestsPerMinute: 1_000_000, concurrentCalls: 1000 })
  const now = gate.clock.now()
  atOnce(
    gate.database.transaction(function* () {
      for (let made = 0; made < 20_000; made++) oldCall(gate, now - 400 * dayMs - made)
    }),
  )
  const young = oldCall(gate, now - 300 * dayMs)
  const sizes = watchCommits(gate)
  gate.services.start()
  await gate.clock.advance(60_000)

  let triggers = 0
  while ((callCount(gate) ?? 0) > triggers + 1) {
    const before = sizes.length
    const moving = gate.clock.advance(250)
    const response = await gate.trigger()
    expect(response.status).toBe(200)
    triggers++
    // Its own commit, and at most the one that was under way.
    expect(sizes.length - before).toBeLessThanOrEqual(2)
    await moving
    if (triggers % 50 === 0)
      for (const { id } of atOnce(gate.services.calls.holdingSlots())) await end(gate, id)
  }
  expect(atOnce(gate.services.calls.find(young.id))).toBeDefined()
  expect(triggers).toBeGreaterThan(100)
  // What others changed may share the commit of a batch: here a trigger, and the calls that it began.
  expect(Math.max(...sizes)).toBeLessThanOrEqual(rowsAtOnce)
  gate.services.halt()
}, 60_000)

/** Without all the others who look around every second. */
const startRetention = (gate: Gate, days = keepDays) => {
  const kept = keptRows(days, gate.services.oldRows, gate.services.deletedAgencies)
  const commit = createCommit(gate.database)
  const retention = new Retention({ kept, commit, clock: gate.clock, log: silentLog })
  retention.start()
}

const end = (gate: Gate, id: string) =>
  gate.services.lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'completed' })

test('everything has its age, and goes within the hour after it', async () => {
  const gate = createGate()
  const start = gate.clock.now()
  const { audit, oldRows } = gate.services
  const call = oldCall(gate, start)
  const delivery = oldDelivery(gate, start)
  atOnce(audit.record({ at: start, actor: 'x', address: null, action: 'signed_in' }))
  startRetention(gate)
  const there = () => [
    atOnce(gate.services.calls.find(call.id)) !== undefined,
    atOnce(gate.services.deliveries.find(delivery.id)) !== undefined,
    atOnce(audit.list({ limit: 9 })).length > 0,
  ]
  const skipTo = async (at: number) => {
    gate.clock.step(at - gate.clock.now())
    await gate.clock.advance(hourMs + 60_000)
  }
  await skipTo(start + keepDays.deliveries * dayMs - 2 * hourMs)
  expect(there()).toEqual([true, true, true])
  await skipTo(start + keepDays.deliveries * dayMs)
  expect(there()).toEqual([true, false, true])
  await skipTo(start + keepDays.calls * dayMs)
  expect(there()).toEqual([false, false, true])
  await skipTo(start + keepDays.audit * dayMs)
  expect(there()).toEqual([false, false, false])
  expect(atOnce(oldRows.calls(0, 10, 0)).removed).toBe(0)
})

test('an expired entry, a number called and a day of spending go when nothing asks for them any more', async () => {
  const gate = createGate()
  const start = gate.clock.now()
  const { doNotCall, spending } = gate.services
  const entry = { source: 'manual', reason: null, addedAt: start }
  atOnce(doNotCall.replace(null, { ...entry, phoneNumber: '+493012345667', expiresAt: start + 3 * hourMs }))
  atOnce(doNotCall.replace(null, { ...entry, phoneNumber: '+493012345668', expiresAt: null }))
  const owner = { agencyId: gate.agency.id, environmentId: gate.production.id }
  atOnce(spending.dial({ ...owner, id: 'a call', phoneNumber: '+493012345667', createdAt: start }))
  const day = new Date(start).toISOString().slice(0, 10)
  atOnce(spending.add(gate.production.id, day, { calls: 1, seconds: 0, reservedSeconds: 0, cents: {} }))
  startRetention(gate)
  const rowsOf = (table: string) =>
    gate.database.sqlite.query<{ n: number }, []>(`select count(*) as n from ${table}`).get()?.n
  const there = () => ['do_not_call', 'dialled', 'spending'].map(rowsOf)
  const skipTo = async (at: number) => {
    gate.clock.step(at - gate.clock.now())
    await gate.clock.advance(hourMs + 60_000)
  }
  await skipTo(start + hourMs)
  expect(there()).toEqual([2, 1, 1])
  await skipTo(start + 3 * hourMs)
  expect(there()).toEqual([1, 1, 1])
  await skipTo(start + dayMs - 2 * hourMs)
  expect(there()).toEqual([1, 1, 1])
  await skipTo(start + dayMs + hourMs)
  expect(there()).toEqual([1, 0, 1])
  await skipTo(start + 399 * dayMs)
  expect(there()).toEqual([1, 0, 1])
  await skipTo(start + 401 * dayMs)
  expect(there()).toEqual([1, 0, 0])
})

test('what is kept for ever is never removed, and nothing after the server has ended', async () => {
  const forever = { calls: 0, deliveries: 0, refusals: 0, usage: 0, audit: 0 }
  const gate = createGate()
  oldCall(gate, 1)
  startRetention(gate, forever)
  await gate.clock.advance(3 * hourMs)
  expect(callCount(gate)).toBe(1)

  const ended = createGate()
  oldCall(ended, 1)
  ended.services.start()
  ended.services.halt()
  await ended.clock.advance(3 * hourMs)
  expect(callCount(ended)).toBe(1)
})

test('a disk that takes nothing for a while delays it, and ends nothing', async () => {
  const gate = createGate()
  oldCall(gate, 1)
  startRetention(gate)
  gate.database.sqlite.run('PRAGMA query_only = ON')
  await gate.clock.advance(hourMs)
  expect(callCount(gate)).toBe(1)
  gate.database.sqlite.run('PRAGMA query_only = OFF')
  await gate.clock.advance(2 * hourMs)
  expect(callCount(gate)).toBe(0)
})
