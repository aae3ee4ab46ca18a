import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseExactly, parseWithLongIds } from '../src/json.ts'

const digits = fc.stringMatching(/^[1-9]\d{0,30}$|^0$/)
const number = fc
  .tuple(fc.constantFrom('', '-'), digits, fc.stringMatching(/^(?:\.\d{1,20})?$/), exponent())
  .map((parts) => parts.join(''))

function exponent() {
  return fc.stringMatching(/^(?:[eE][+-]?\d{1,4})?$/)
}

describe('JSON that is read and written again', () => {
  test('has every number as it was, wherever it stands', () => {
    fc.assert(
      fc.property(number, (written) => {
        for (const json of [written, `[${written}]`, `{"a":{"b":[1,${written}]},"c":"${written}"}`])
          expect(JSON.stringify(parseExactly(json))).toBe(json)
        expect(JSON.stringify(parseExactly(`{"a": ${written} }`))).toBe(`{"a":${written}}`)
      }),
      { numRuns: 5000 },
    )
  })

  test('has numbers that JavaScript keeps as numbers, to reckon with', () => {
    expect(parseExactly('[0,7,-7,9007199254740991,1.5,"1e999"]')).toEqual([
      0,
      7,
      -7,
      9007199254740991,
      1.5,
      '1e999',
    ])
  })

  test('has members named like an object’s own, halves of pairs and deep nests as they were', () => {
    const json = `{"__proto__":{"id":1e999},"constructor":-0,"half":"\\ud800","deep":${'['.repeat(30)}1.0${']'.repeat(30)}}`
    expect(JSON.stringify(parseExactly(json))).toBe(json)
    expect(Object.hasOwn(Object.prototype, 'id')).toBe(false)
  })
})

test('an id that JavaScript would round is read as its digits, and every other number as ever', () => {
  expect(parseWithLongIds('{"id":12345678901234567890,"seconds":42,"cost":0.30,"huge":1e999}')).toEqual({
    id: '12345678901234567890',
    seconds: 42,
    cost: 0.3,
    huge: Number.POSITIVE_INFINITY,
  })
})
