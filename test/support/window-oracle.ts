import fc from 'fast-check'
import { Windows } from '../../src/limits/window.ts'

/** The specification of the window, as a list of all grants. */
export class Oracle {
  readonly grants: number[] = []

  constructor(readonly spanMs: number) {}

  active(now: number) {
    return this.grants.filter((time) => time > now - this.spanMs)
  }

  take(limit: number, now: number) {
    const granted = this.active(now).length < limit
    if (granted) this.grants.push(now)
    return granted
  }
}

export interface Step {
  waitMs: number
  limit: number
}

/**
 * Eighths of a millisecond: the clock is not whole, and adding it up stays exact. Often it stands still, and once in a while
 * it leaps, as that of a machine does that slept.
 */
export const waitMs = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 6, arbitrary: fc.nat(800).map((eighths) => eighths / 8) },
  { weight: 2, arbitrary: fc.nat(6000) },
  { weight: 1, arbitrary: fc.nat(2 ** 41) },
)
export const spanMs = fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 5000 }))
export const limit = fc.integer({ min: 1, max: 20 })
export const steps = (limits: fc.Arbitrary<number>) =>
  fc.array(fc.record({ waitMs, limit: limits }), { maxLength: 120, size: 'max' })

/** Every grant and what remains, also where the limit changes while the window is full. */
export const agreesWithOracle = fc.property(spanMs, steps(limit), (span, played) => {
  const [windows, oracle] = [new Windows(span), new Oracle(span)]
  let now = 0
  return played.every(({ waitMs: waited, limit: most }) => {
    now += waited
    const { granted, remaining } = windows.take('environment', most, now)
    const expected = oracle.take(most, now)
    return granted === expected && remaining === Math.max(0, most - oracle.active(now).length)
  })
})
