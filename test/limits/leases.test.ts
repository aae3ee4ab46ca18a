import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Lease, Leases } from '../../src/limits/leases.ts'

const environmentIds = ['production', 'staging']
const capMs = 3_600_000

/** Calls with an even number belong to production, the others to staging. */
const leaseOf = (call: number, takenAt = 0): Lease => ({
  callId: `call-${call}`,
  environmentId: environmentIds[call % 2] ?? '',
  takenAt,
  expiresAt: takenAt + capMs,
})

const refusalOf = (leases: Leases, lease: Lease, limit: number) => {
  const decision = leases.take(lease, limit)
  if (decision.granted) throw new Error('granted')
  return decision.retryAfterSeconds
}

/** Leases with this many calls under way in one environment, taken at the given time. */
const underWay = (count: number, takenAt = 0) => {
  const leases = new Leases()
  for (let call = 0; call < count; call++) leases.take(leaseOf(call * 2, takenAt), count)
  return leases
}

const action = fc.record({
  does: fc.constantFrom('take', 'take', 'take', 'release', 'release', 'revoke', 'restore'),
  call: fc.nat(15),
  limit: fc.integer({ min: 1, max: 5 }),
  waitMs: fc.nat(10_000),
})

test('agrees with a set of calls under way, whatever is taken, given back, doubled or restored in whatever order', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 100, size: 'max' }), (actions) => {
      const leases = new Leases()
      const held = new Set<number>()
      const inUse = (call: number) => [...held].filter((one) => one % 2 === call % 2).length
      let now = 0
      for (const { does, call, limit, waitMs } of actions) {
        now += waitMs
        const before = inUse(call)
        if (does === 'take') {
          const { granted } = leases.take(leaseOf(call, now), limit)
          expect(granted).toBe(before < limit)
          if (granted) held.add(call)
          expect(inUse(call)).toBeLessThanOrEqual(Math.max(limit, before))
        }
        if (does === 'restore') {
          leases.restore(leaseOf(call, now))
          held.add(call)
        }
        if (does === 'release') expect(leases.release(`call-${call}`, now)).toBe(held.delete(call))
        if (does === 'revoke') {
          leases.revoke(`call-${call}`)
          held.delete(call)
        }
        expect(leases.count('production')).toBe(inUse(0))
        expect(leases.count('staging')).toBe(inUse(1))
      }
    }),
    { numRuns: 3000 },
  )
})

test('says when to come back in whole seconds, at least one, and never past the first expiry', () => {
  const times = fc.record({ takenAt: fc.nat(100_000), lastsMs: fc.integer({ min: 0, max: 200_000 }) })
  fc.assert(
    fc.property(
      fc.array(times, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(500_000), { maxLength: 5 }),
      fc.nat(400_000),
      (active, durations, now) => {
        const leases = new Leases()
        durations.forEach((lastedMs, index) => {
          leases.take(leaseOf(100 + index * 2), 1)
          leases.release(`call-${100 + index * 2}`, lastedMs)
        })
        active.forEach(({ takenAt, lastsMs }, index) =>
          leases.restore({ ...leaseOf(index * 2, takenAt), expiresAt: takenAt + lastsMs }),
        )
        const seconds = refusalOf(leases, leaseOf(50, now), active.length)
        const firstExpiry = Math.min(...active.map(({ takenAt, lastsMs }) => takenAt + lastsMs))
        expect(Number.isInteger(seconds)).toBe(true)
        expect(seconds).toBeGreaterThanOrEqual(1)
        expect(seconds).toBeLessThanOrEqual(Math.max(1, Math.ceil((firstExpiry - now) / 1000)))
      },
    ),
    { numRuns: 3000 },
  )
})

describe('the estimate', () => {
  test('takes calls for a minute long until one has ended', () => {
    expect(refusalOf(underWay(1), leaseOf(50), 1)).toBe(60)
    expect(refusalOf(underWay(10), leaseOf(50), 10)).toBe(6)
  })

  test('learns from how long this environment’s calls last, and not from the other’s', () => {
    const leases = underWay(2)
    leases.release('call-0', 300_000)
    leases.take(leaseOf(4, 300_000), 2)
    expect(refusalOf(leases, leaseOf(50, 300_000), 2)).toBe(150)

    leases.take(leaseOf(1, 300_000), 1)
    expect(refusalOf(leases, leaseOf(51, 300_000), 1)).toBe(60)
  })

  test('follows when calls become shorter', () => {
    const leases = underWay(1)
    leases.release('call-0', 600_000)
    const estimates = Array.from({ length: 20 }, (_, index) => {
      const call = leaseOf(2 + index * 2)
      leases.take(call, 1)
      const seconds = refusalOf(leases, leaseOf(50), 1)
      leases.release(call.callId, 10_000)
      return seconds
    })
    expect(estimates[0]).toBe(600)
    expect(estimates).toEqual([...estimates].toSorted((a, b) => b - a))
    expect(estimates.at(-1)).toBeLessThan(30)
  })

  test('learns nothing from a call that did not come to be', () => {
    const leases = underWay(1)
    leases.revoke('call-0')
    leases.take(leaseOf(2, 500_000), 1)
    expect(refusalOf(leases, leaseOf(50, 500_000), 1)).toBe(60)
  })

  test('survives a clock that was set back', () => {
    const leases = underWay(1, 50_000)
    leases.release('call-0', 20_000)
    leases.take(leaseOf(2), 1)
    expect(refusalOf(leases, leaseOf(50), 1)).toBe(1)
    leases.release('call-2', 10_000)
    leases.take(leaseOf(4), 1)
    expect(refusalOf(leases, leaseOf(50), 1)).toBe(2)
  })
})

describe('a release', () => {
  test('counts once, however often it comes', () => {
    const leases = underWay(2)
    expect(leases.release('call-0', 1000)).toBe(true)
    expect(leases.release('call-0', 1000)).toBe(false)
    leases.revoke('call-0')
    expect(leases.count('production')).toBe(1)
  })

  test('of an unknown call changes nothing', () => {
    const leases = underWay(2)
    expect(leases.release('call-99', 1000)).toBe(false)
    expect(leases.count('production')).toBe(2)
  })
})

test('restored leases may exceed the limit, and then nothing is granted until they are below it', () => {
  const leases = new Leases()
  for (let call = 0; call < 12; call++) leases.restore(leaseOf(call * 2))
  expect(leases.count('production')).toBe(12)
  for (let ended = 0; ended < 2; ended++) {
    expect(leases.take(leaseOf(50), 10).granted).toBe(false)
    leases.release(`call-${ended * 2}`, 1000)
  }
  expect(leases.take(leaseOf(50), 10).granted).toBe(false)
  leases.release('call-4', 1000)
  expect(leases.take(leaseOf(50), 10).granted).toBe(true)
  expect(leases.take(leaseOf(52), 10).granted).toBe(false)
})
