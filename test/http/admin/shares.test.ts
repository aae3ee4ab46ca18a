import { expect, test } from 'bun:test'
import { refusedFor, sharesOf } from '../../../src/http/admin/usage/shares.ts'
import { requestsOf, type Slot } from '../../../src/usage/series.ts'

const slot = (granted: number, refused: Record<string, number> = {}): Slot => ({
  startAt: 0,
  granted,
  refused: new Map(Object.entries(refused)),
  peakCalls: 0,
})
const hatches = (slots: Slot[], known?: Slot[]) =>
  sharesOf(slots, known && sharesOf(known)).map(({ hatch, codes }) => [hatch, ...codes])

const five = slot(1, { internal: 1, rotated_key: 9, rate_limited: 5, not_found: 3, invalid_json: 2 })

test('the three most frequent reasons have a hatch each, the others share one', () => {
  expect(hatches([five])).toEqual([
    ['stripes', 'rotated_key'],
    ['diagonals', 'rate_limited'],
    ['dots', 'not_found'],
    ['bars', 'invalid_json', 'internal'],
  ])
  expect(hatches([slot(1)])).toEqual([])
})

test('a reason keeps the hatch that it has in the other picture of its environment', () => {
  expect(hatches([slot(1, { not_found: 7, access_disabled: 8, rate_limited: 1 })], [five])).toEqual([
    ['stripes', 'access_disabled'],
    ['diagonals', 'rate_limited'],
    ['dots', 'not_found'],
  ])
  expect(hatches([slot(1, { internal: 1 })], [five])).toEqual([['stripes', 'internal']])
})

test('the shares of a slot are all of its refused requests', () => {
  const refused = sharesOf([five]).map((share) => refusedFor(share, five))
  expect(refused).toEqual([9, 5, 3, 3])
  expect(sharesOf([five]).map(({ count }) => count)).toEqual(refused)
  expect(five.granted + refused.reduce((sum, count) => sum + count)).toBe(requestsOf(five))
})
