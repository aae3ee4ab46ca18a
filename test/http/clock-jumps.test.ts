import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createGate } from '../support/gate.ts'
import { Oracle } from '../support/window-oracle.ts'
import { atOnce } from '../../src/work.ts'

const dayMs = 24 * 60 * 60_000
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ does: 'ask' as const, amount: 0 }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('wait' as const), amount: fc.nat(40_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('jump' as const),
      amount: fc.integer({ min: -400 * dayMs, max: 400 * dayMs }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('limit' as const), amount: fc.integer({ min: 1, max: 6 }) }),
  },
)

test('a clock that is set forward or back, and a limit that changes in mid-window, let not one request more or less in', async () => {
  const history = fc.asyncProperty(
    fc.array(happening, { maxLength: 40, size: 'max' }),
    async (happenings) => {
      const gate = createGate({ requestsPerMinute: 3 })
      const { services, clock, production } = gate
      const oracle = new Oracle(60_000)
      let limit = 3
      for (const { does, amount } of happenings) {
        if (does === 'wait') await clock.advance(amount)
        if (does === 'jump') clock.step(amount)
        if (does === 'limit') {
          limit = amount
          atOnce(services.environments.setLimits(production.id, { requestsPerMinute: limit }))
        }
        if (does !== 'ask') continue
        const response = await gate.authorized('/api/v1/key')
        expect(response.status).toBe(oracle.take(limit, clock.monotonic()) ? 200 : 429)
        if (response.status === 200) continue
        const seconds = Number(response.headers.get('retry-after'))
        expect(seconds).toBeGreaterThanOrEqual(1)
        expect(seconds).toBeLessThanOrEqual(60)
        // Waiting for it is enough, and a second less is not.
        const later = (ms: number) => oracle.active(clock.monotonic() + ms).length
        expect(later(seconds * 1000)).toBeLessThan(limit)
        expect(later(seconds * 1000 - 1000)).toBeGreaterThanOrEqual(limit)
      }
      gate.database.close()
    },
  )
  await fc.assert(history, { numRuns: 40 })
}, 60_000)

test('a clock that is set back or forward gives back no slot and takes none', async () => {
  const history = fc.asyncProperty(
    fc.array(fc.integer({ min: -400 * dayMs, max: 1000 * 60_000 }), { maxLength: 8 }),
    async (jumps) => {
      const gate = createGate({ concurrentCalls: 2, requestsPerMinute: 1000 })
      for (let call = 0; call < 2; call++) expect((await gate.trigger('07')).status).toBe(200)
      for (const ms of jumps) {
        gate.clock.step(ms)
        const refused = await gate.trigger('07')
        expect(refused.status).toBe(429)
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      }
      expect(gate.services.leases.count(gate.production.id)).toBe(2)
      gate.database.close()
    },
  )
  await fc.assert(history, { numRuns: 20 })
}, 60_000)
