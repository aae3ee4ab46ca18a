import { expect, test } from 'bun:test'
import { requestLayers } from '../../../src/http/admin/usage/area.ts'
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

test('refused requests stand on the granted ones, and a single one among thousands is seen', () => {
  const slots = [
    slot(50, { rate_limited: 25, not_found: 25 }),
    slot(100),
    slot(0),
    slot(99.9, { not_found: 0.1 }),
  ]
  expect(requestLayers(slots, sharesOf(slots))).toEqual([
    { mark: 'diagonals', path: 'M0 100V0h180V100h540V100z' },
    { mark: 'stripes', path: 'M0 100V25h180V100h360V-1h180V100z' },
    { mark: 'granted', path: 'M0 100V50h180V0h180V100h180V0h180V100z' },
  ])
})

test('with fewer columns the busiest slot of each is drawn', () => {
  const slots = [slot(1), slot(9, { not_found: 1 }), slot(5), slot(0)]
  expect(requestLayers(slots, sharesOf(slots), 2)).toEqual([
    { mark: 'stripes', path: 'M0 100V0h360V100h360V100z' },
    { mark: 'granted', path: 'M0 100V10h360V50h360V100z' },
  ])
})
