import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { isOver } from '../../src/calls/call.ts'
import { createEnd } from '../../src/calls/end.ts'
import { createRelease } from '../../src/calls/release.ts'
import { ApiError } from '../../src/failures.ts'
import { settled } from '../support/clock.ts'
import { createGate } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { callingThrough, scriptedProvider } from '../support/provider.ts'
import { atOnce } from '../../src/work.ts'

const calls = 3
const limit = 4
const action = fc.record({
  call: fc.nat(calls - 1),
  does: fc.constantFrom('answered', 'ended', 'busy', 'end', 'release', 'dispatch', 'trigger'),
})

const unlessRefused = (error: unknown) => {
  if (!(error instanceof ApiError)) throw error
}

test('a slot lives exactly as long as its call, and an order goes out once, however deeds and answers overtake each other', async () => {
  const gate = createGate({ concurrentCalls: limit, requestsPerMinute: 1_000_000 })
  const { services, clock, production } = gate
  const { lifecycle, leases } = services
  const open = () => atOnce(services.calls.holdingSlots()).length

  const race = fc.asyncProperty(
    fc.scheduler(),
    fc.array(action, { minLength: 1, maxLength: 12 }),
    async (scheduler, deeds) => {
      const { provider, orders } = scriptedProvider({
        place: ({ id }) =>
          scheduler.schedule(
            Promise.resolve({ outcome: 'placed' as const, providerCallId: `theirs-${id}` }),
            'placed',
          ),
        end: () => scheduler.schedule(Promise.resolve(), 'hung up'),
      })
      const { dispatcher, reconciler } = callingThrough(gate, provider)
      const deps = {
        lifecycle,
        dispatcher,
        *provider() {
          return provider
        },
        clock,
      }
      const end = createEnd(deps)
      const release = createRelease({ ...deps, hangUp: (call) => reconciler.hangUp(call) })
      const ids = Array.from({ length: calls }, () => undispatched(gate).id)
      const ends = new Map<string, string>()

      const perform = async ({ call: number, does }: (typeof deeds)[number]) => {
        const id = ids[number] ?? ''
        const call = atOnce(lifecycle.find(id))
        if (!call) throw new Error('no call')
        const at = clock.now()
        if (does === 'trigger') await gate.trigger('07')
        else if (does === 'dispatch') dispatcher.dispatch(call)
        else if (does === 'end') await end(call).catch(unlessRefused)
        else if (does === 'release') await release(call, function* () {})
        else if (does === 'answered') await lifecycle.record(id, { type: 'answered', at })
        else await lifecycle.record(id, { type: 'ended', at, status: does === 'busy' ? 'busy' : 'completed' })
      }
      const look = async () => {
        await clock.advance(0)
        expect(leases.count(production.id)).toBe(open())
        expect(open()).toBeLessThanOrEqual(limit)
        for (const id of ids) {
          const call = atOnce(lifecycle.find(id))
          if (!call || !isOver(call)) continue
          expect(call.status).toBe((ends.get(id) ?? call.status) as typeof call.status)
          ends.set(id, call.status)
        }
      }

      for (const id of ids) dispatcher.dispatch({ id })
      const performed = deeds.map(async (one) => {
        await scheduler.schedule(Promise.resolve(), one.does)
        const done = perform(one)
        await look()
        await done
      })
      await scheduler.waitFor(Promise.all(performed))
      const over = Promise.all(
        atOnce(services.calls.holdingSlots()).map((call) => release(call, function* () {})),
      )
      await scheduler.waitFor(over)
      await settled()
      await scheduler.waitIdle()
      await look()
      expect(open()).toBe(0)
      for (const id of ids) expect(orders.filter((one) => one === id).length).toBeLessThanOrEqual(1)
    },
  )
  await fc.assert(race, { numRuns: 60 })
}, 60_000)
