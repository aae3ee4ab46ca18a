import { expect, test } from 'bun:test'
import { createLimiter } from '../../src/people/limiter.ts'
import { settled } from '../support/clock.ts'

test('never runs more than so many at a time, and all of them in their order', async () => {
  const limit = createLimiter(3)
  const began: number[] = []
  const finish: (() => void)[] = []
  let running = 0
  let peak = 0
  const work = (name: number) => async () => {
    began.push(name)
    peak = Math.max(peak, ++running)
    await new Promise<void>((resolve) => finish.push(resolve))
    running--
    if (name % 2 === 1) throw new Error('failed')
    return name
  }
  const all = Promise.allSettled(Array.from({ length: 10 }, (_, name) => limit(work(name))))
  while (began.length < 10 || finish.length > 0) {
    await settled()
    finish.shift()?.()
  }
  const outcomes = await all
  expect(peak).toBe(3)
  expect(began).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(began.map((name) => name % 2 === 0))
})
