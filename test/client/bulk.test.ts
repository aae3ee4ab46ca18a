import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { CallgateError, type TriggerResult } from '../../src/client/index.ts'
import { createLine, errorOf } from '../support/client.ts'
import { callCount } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

const orders = (count: number, scenario = '00') =>
  Array.from({ length: count }, (_, n) => ({
    phone_number: `+1555123${String(n).padStart(4, '0')}${scenario}`,
  }))
const refusals = (statuses: number[]) => statuses.filter((status) => status === 429).length
const idsOf = (results: TriggerResult[]) => results.map(({ triggered }) => triggered?.call_id)

test('120 triggers within a limit of 100 a minute run into it not once', async () => {
  const { gate, client, statuses, waits } = createLine({ concurrentCalls: 1000 })
  const results = await client.triggerAll(orders(120))
  expect(new Set(idsOf(results)).size).toBe(120)
  expect({ calls: callCount(gate), refused: refusals(statuses) }).toEqual({ calls: 120, refused: 0 })
  expect(waits).toEqual([60_000])
})

test('500 triggers within both limits never meet the window’s, and wait after each 429 for a slot', async () => {
  const { gate, client, codes, waits } = createLine()
  const began = gate.clock.now()
  const results = await client.triggerAll(orders(500))
  expect(new Set(idsOf(results)).size).toBe(500)
  expect(callCount(gate)).toBe(500)
  const refused = codes.filter((code) => code !== undefined)
  expect(new Set(refused)).toEqual(new Set(['concurrency_limited']))
  expect(codes.length).toBe(500 + refused.length)
  // Fifty times ten slots, and four-second calls: waits of one, two and at most four seconds each time.
  expect(refused.length).toBeLessThanOrEqual(150)
  expect(waits.length).toBeGreaterThanOrEqual(refused.length)
  expect((gate.clock.now() - began) / 60_000).toBeLessThan(8)
})

test('never makes two calls for one order when answers are lost at random', async () => {
  const plans = fc.array(fc.constantFrom('pass', 'request', 'answer'), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { gate, client } = createLine(
        { concurrentCalls: 1000 },
        (pass) => async (url, init) => {
          const fate = plan.shift()
          if (fate === 'request') throw new TypeError('reset')
          const response = await pass(url, init)
          if (fate === 'answer') throw new TypeError('reset')
          return response
        },
        { tries: 1000 },
      )
      const results = await client.triggerAll(orders(20, '07'))
      expect(new Set(idsOf(results)).size).toBe(20)
      expect(callCount(gate)).toBe(20)
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('a bulk that is run again with its own Idempotency-Keys makes only the calls that were missing', async () => {
  const { gate, client } = createLine({ concurrentCalls: 1000 })
  const idempotencyKey = (_: unknown, index: number) => `batch-7-${index}`
  const first = await client.triggerAll(orders(10), { idempotencyKey })
  const again = await client.triggerAll(orders(15), { idempotencyKey })
  expect(callCount(gate)).toBe(15)
  expect(idsOf(again).slice(0, 10)).toEqual(idsOf(first))
  expect(again.map(({ triggered }) => triggered?.replayed)).toEqual([
    ...Array.from({ length: 10 }, () => true),
    ...Array.from({ length: 5 }, () => false),
  ])
})

test('an order that is refused does not hold up the others, and each result is told as it comes', async () => {
  const { client } = createLine()
  const [first, second] = orders(2)
  const told: TriggerResult[] = []
  const list = async function* () {
    yield first!
    yield { phone_number: 'nonsense' }
    yield second!
  }
  const results = await client.triggerAll(list(), { onResult: (result) => void told.push(result) })
  expect(results.map(({ error }) => error?.code)).toEqual([undefined, 'invalid_phone_number', undefined])
  expect(told).toEqual(results)
})

test('a key that is refused ends the bulk with the first order', async () => {
  const { gate, client, statuses } = createLine()
  atOnce(gate.services.environments.disableAccess(gate.production.id, 'admin'))
  const error = await errorOf(client.triggerAll(orders(50)))
  expect(error).toBeInstanceOf(CallgateError)
  expect((error as CallgateError).code).toBe('access_disabled')
  expect(statuses).toEqual([403])
})

test('an aborted signal ends the bulk where it is', async () => {
  const { gate, client } = createLine()
  const controller = new AbortController()
  const onResult = ({ index }: TriggerResult) => {
    if (index === 4) controller.abort(new Error('enough'))
  }
  const { signal } = controller
  expect(await errorOf(client.triggerAll(orders(50), { onResult, signal }))).toEqual(new Error('enough'))
  expect(callCount(gate)).toBe(5)
})
