import { expect, test } from 'bun:test'
import { ByteBudget } from '../../src/limits/byte-budget.ts'
import { settled } from '../support/clock.ts'

const never = new AbortController().signal

test('there is room until all of it is taken, and again for what is given back', () => {
  const budget = new ByteBudget(10)
  expect([budget.tryTake(6), budget.tryTake(4), budget.tryTake(1)]).toEqual([true, true, false])
  budget.give(4)
  expect([budget.tryTake(5), budget.tryTake(4)]).toEqual([false, true])
})

test('those who wait have their turn in order, each with all that it asked for', async () => {
  const budget = new ByteBudget(10)
  const begun: string[] = []
  const take = (name: string, bytes: number) => budget.take(bytes, never).then(() => begun.push(name))
  void take('first', 6)
  void take('large', 8)
  void take('small', 1)
  await settled()
  expect(begun).toEqual(['first'])
  // A small one that came later does not keep the large one waiting for ever.
  expect(budget.tryTake(1)).toBe(false)
  budget.give(6)
  await settled()
  expect(begun).toEqual(['first', 'large', 'small'])
})

test('whoever stops waiting takes nothing, and keeps nobody waiting', async () => {
  const budget = new ByteBudget(10)
  await budget.take(6, never)
  const patience = new AbortController()
  const large = budget.take(8, patience.signal)
  const small = budget.take(4, never)
  patience.abort(new Error('too late'))
  expect(large).rejects.toThrow('too late')
  await small
  expect(budget.take(1, patience.signal)).rejects.toThrow('too late')
  budget.give(10)
  expect(budget.tryTake(10)).toBe(true)
})

test('more than there is in all is refused at once', () => {
  expect(new ByteBudget(10).take(11, never)).rejects.toThrow(RangeError)
})
