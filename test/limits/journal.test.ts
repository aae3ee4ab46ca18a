import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { createLives } from '../support/lives.ts'

const spanMs = 5000
const limit = 4
/** What a start may be mistaken by, as the wall clock's milliseconds are whole. */
const wholeMs = 2

const act = <Does extends string>(
  does: Does,
  weight: number,
  amount: fc.Arbitrary<number> = fc.constant(0),
) => ({
  weight,
  arbitrary: fc.record({ does: fc.constant(does), amount }),
})
const acts = [
  act('ask', 6),
  act('call', 4),
  // Its body takes until after the next wait.
  act('slow call', 2),
  act(
    'wait',
    5,
    fc.nat(2 * spanMs * 8).map((eighths) => eighths / 8),
  ),
  act('wait', 4, fc.nat(1200)),
  // To the last eighths of a millisecond that a grant is in the window.
  act('wait for one', 4, fc.integer({ min: 1, max: 8 })),
  act('kill', 3),
  act('stop', 1),
]
const yearMs = 365 * 24 * 60 * 60_000
const leap = act('leap', 2, fc.oneof(fc.integer({ min: -yearMs, max: yearMs }), fc.constantFrom(-2000, 2000)))

interface Grant {
  at: number
  /** When its call was on disk, which is what counts after a kill. */
  storedAt: number | undefined
  isLost: boolean
}

const lives = createLives(spanMs / 1000)

/** Plays a history and holds every decision against the list of all grants. */
const play = async (history: { does: string; amount: number }[]) => {
  lives.forgetAll()
  const grants: Grant[] = []
  let slow: { grant: Grant; number: number }[] = []
  const now = () => lives.clock.monotonic()
  const store = (grant: Grant, number: number) => {
    lives.store(number)
    grant.storedAt = now()
  }
  const wait = async (ms: number) => {
    await lives.clock.advance(ms)
    for (const { grant, number } of slow.splice(0)) store(grant, number)
  }
  const take = (does: string) => {
    const known = grants.filter(({ at, isLost }) => !isLost && at > now() - spanMs).length
    const most = grants.filter((one) => Math.max(one.at, one.storedAt ?? 0) + wholeMs > now() - spanMs).length
    const number = lives.take(limit)
    if (number === undefined) return expect(most, 'refused without need').toBeGreaterThanOrEqual(limit)
    expect(known, 'one too many').toBeLessThan(limit)
    const grant: Grant = { at: now(), storedAt: undefined, isLost: false }
    grants.push(grant)
    if (does === 'call') store(grant, number)
    if (does === 'slow call') slow.push({ grant, number })
  }
  for (const { does, amount } of history) {
    if (does === 'wait') await wait(amount)
    else if (does === 'wait for one') {
      const leaving = grants.find(({ at }) => at + spanMs - amount / 8 >= now())
      if (leaving) await wait(leaving.at + spanMs - amount / 8 - now())
    } else if (does === 'leap') {
      lives.clock.step(amount)
      await wait(1000)
    } else if (does === 'stop') lives.stop()
    else if (does === 'kill') {
      await lives.kill()
      for (const grant of grants) grant.isLost ||= grant.storedAt === undefined && grant.at > now() - 1000
    } else take(does)
    // What is being read when a process ends is never stored.
    if (does === 'stop' || does === 'kill') slow = []
  }
}

describe('agrees with a list of all grants, but for those of the last second that no call came of,', () => {
  test(
    'over any number of kills and stops',
    () =>
      fc.assert(fc.asyncProperty(fc.array(fc.oneof(...acts), { maxLength: 60, size: 'max' }), play), {
        numRuns: 500,
      }),
    60_000,
  )

  test(
    'and also where the clock is set while it runs',
    () =>
      fc.assert(fc.asyncProperty(fc.array(fc.oneof(...acts, leap), { maxLength: 60, size: 'max' }), play), {
        numRuns: 500,
      }),
    60_000,
  )
})

test('a clock that is set back while nothing runs lets no request more in, and locks out for one window at most', async () => {
  for (const backMs of [1, spanMs / 2, spanMs, 3_600_000]) {
    lives.forgetAll()
    lives.take(limit)
    await lives.clock.advance(1000)
    lives.store(lives.take(limit))
    lives.clock.step(-backMs)
    await lives.kill()
    expect(lives.count()).toBe(2)
    await lives.clock.advance(spanMs - 1000)
    await lives.kill()
    expect(lives.count()).toBeGreaterThanOrEqual(1)
    await lives.clock.advance(1000 + wholeMs)
    expect(lives.count()).toBe(0)
  }
})

test('a call that took no grant is not counted', async () => {
  lives.forgetAll()
  lives.take(limit)
  await lives.clock.advance(1000)
  lives.store()
  await lives.kill()
  expect(lives.count()).toBe(1)
})

test('calls from before there was a journal count', async () => {
  lives.forgetAll()
  lives.store()
  await lives.clock.advance(spanMs - 1000)
  lives.store()
  await lives.kill()
  expect(lives.count()).toBe(2)
  await lives.clock.advance(1000 + wholeMs)
  expect(lives.count()).toBe(1)
})

test('calls count also where retention has removed the one that the journal ends with', async () => {
  lives.forgetAll()
  lives.store(lives.take(limit))
  await lives.clock.advance(4 * spanMs)
  lives.database.sqlite.run('delete from calls')
  lives.store(lives.take(limit))
  await lives.kill()
  expect(lives.count()).toBe(1)
})

test('a disk that takes nothing is told of once, and the next write has all of it', async () => {
  lives.forgetAll()
  lives.warnings.length = 0
  lives.take(limit)
  lives.database.sqlite.run('PRAGMA query_only = ON')
  await lives.clock.advance(2000)
  lives.take(limit)
  await lives.clock.advance(2000)
  expect(lives.warnings).toEqual(['windows could not be written'])
  lives.database.sqlite.run('PRAGMA query_only = OFF')
  await lives.clock.advance(900)
  await lives.kill()
  expect(lives.count()).toBe(2)
})

test('when nobody asks any more, nothing is written or held, in memory or on disk', async () => {
  lives.forgetAll()
  lives.take(limit)
  lives.take(limit, 'another')
  await lives.clock.advance(1000)
  expect(lives.size()).toBe(2)
  await lives.clock.advance(2 * spanMs + 1000)
  expect({ held: lives.size(), entries: lives.entries() }).toEqual({ held: 0, entries: [{ grants: '{}' }] })
  const written = () => lives.database.sqlite.query('select total_changes() as changes').get()
  const before = written()
  await lives.clock.advance(10 * spanMs)
  expect(written()).toEqual(before)
})

test('what has left the windows is removed', async () => {
  lives.forgetAll()
  for (let second = 0; second < 60; second++) {
    lives.take(limit)
    await lives.clock.advance(1000)
  }
  expect(lives.entries().length).toBeLessThanOrEqual(spanMs / 1000 + 1)
})

test('a window of a million grants takes less than a megabyte, and is whole after a stop and a kill', async () => {
  lives.forgetAll()
  const million = 1_000_000
  for (let step = 0; step < 400; step++) {
    for (let taken = 0; taken < million / 400; taken++) lives.take(million)
    await lives.clock.advance(10)
  }
  lives.stop()
  expect(lives.take(million)).toBeUndefined()
  await lives.clock.advance(900)
  expect(lives.entries().map(({ grants }) => grants.length < 1_000_000)).toEqual([true])
  await lives.kill()
  expect(lives.take(million)).toBeUndefined()
}, 30_000)
