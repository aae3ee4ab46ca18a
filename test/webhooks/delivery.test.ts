import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  afterAttempt,
  type Attempt,
  type Delivery,
  newDelivery,
  replayed,
} from '../../src/webhooks/delivery.ts'

const hourMs = 60 * 60_000
const begin = Date.parse('2026-01-15T12:00:00Z')
const made = () =>
  newDelivery({ environmentId: 'e', callId: 'c', event: 'call_ended', payload: '{}', createdAt: begin })
const failed: Attempt = {
  verdict: 'failed',
  status: 500,
  answer: '',
  error: 'no',
  retryAfterMs: 0,
  tookMs: 1,
}

const untilOver = (attempt: Attempt, chance: number) => {
  const times: number[] = []
  let delivery: Delivery = made()
  while (delivery.state === 'pending') {
    times.push(delivery.nextAt)
    delivery = afterAttempt(delivery, attempt, delivery.nextAt, chance)
  }
  return { times, delivery }
}

test('gives up after ten attempts, the last within 76 hours of the event, and never earlier than the schedule less a tenth', () => {
  const delaysMs = [
    0,
    5000,
    300_000,
    0.5 * hourMs,
    2 * hourMs,
    5 * hourMs,
    10 * hourMs,
    14 * hourMs,
    20 * hourMs,
    24 * hourMs,
  ]
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (chance) => {
      const { times, delivery } = untilOver(failed, chance)
      expect(times).toHaveLength(10)
      expect(delivery.state).toBe('dead')
      expect((times.at(-1) ?? 0) - begin).toBeLessThanOrEqual(76 * hourMs)
      for (const [index, at] of times.entries()) {
        const waitedMs = at - (times[index - 1] ?? begin)
        expect(waitedMs).toBeLessThanOrEqual(delaysMs[index]! + 1)
        expect(waitedMs).toBeGreaterThanOrEqual(Math.floor(delaysMs[index]! * 0.9))
      }
    }),
  )
})

test('honours Retry-After where it is later than the schedule, up to a day', () => {
  const after = (retryAfterMs: number) =>
    afterAttempt(made(), { ...failed, retryAfterMs }, begin, 0).nextAt - begin
  expect(after(60_000)).toBe(60_000)
  expect(after(1000)).toBe(5000)
  expect(after(90 * hourMs)).toBe(24 * hourMs)
})

test('never tries a delivered event or a gone endpoint again', () => {
  expect(afterAttempt(made(), { ...failed, verdict: 'delivered', status: 204 }, begin, 0).state).toBe(
    'delivered',
  )
  expect(afterAttempt(made(), { ...failed, verdict: 'gone', status: 410 }, begin, 0).state).toBe('dead')
})

test('a replay begins again under the same id', () => {
  const { delivery } = untilOver(failed, 0.5)
  const again = replayed(delivery, begin)
  expect(again).toMatchObject({ id: delivery.id, state: 'pending', attempts: 0, nextAt: begin })
})
