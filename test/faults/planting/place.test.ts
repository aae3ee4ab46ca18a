import { expect, test } from 'bun:test'
import type { Edit } from './change.ts'
import { createFind } from './place.ts'

/** What lies at the place in a source. */
const placeIn = (source: string, pattern: Edit['pattern'], anchor?: string) => {
  const find = createFind(new Map([['some/file.tsx', source]]))
  const { start, end } = find(anchor === undefined ? { pattern } : { anchor, pattern })
  return source.slice(start, end)
}

test('a place is found whatever is called otherwise, and wherever its file lies', () => {
  const guard = (names: string[]) => `export const ${names[0]} = (${names[1]}: number) => {
    if (${names[1]} > ${names[2]}) throw new ApiError('too_large', { detail: ${names[2]} })
  }`
  const pattern = "if (_ > _) throw new _('too_large', __)"
  for (const [file, ...names] of [
    ['limits.ts', 'check', 'size', 'most'],
    ['http/body.ts', 'refuse', 'bytes', 'limitBytes'],
  ] as const) {
    const text = guard(names)
    const place = createFind(
      new Map([
        ['a.ts', 'export {}'],
        [file, text],
      ]),
    )({ pattern })
    expect(place.file).toBe(file)
    expect(text.slice(place.start, place.end)).toStartWith(`if (${names[1]}`)
  }
})

test.each([
  ['_ < _', 'a.b < c(d)'],
  ['_ < 1_000', 'a < 1000'],
  ["_('x')", 'this.#log("x")'],
  ['$a === $a', 'm.n === m.n'],
  ['_(_, __)', 'f(a)'],
  ['_(_, __)', 'f(a, b, c)'],
  ['_(__, 1, __)', 'f(2, 1)'],
  ['[__, _]', '[a, b]'],
  ['({ __, on: true, __ })', '{ a, on: true, ...b }'],
  ['_?._ === _', 'a.b === c'],
  ['a.b === c', 'a?.b === c'],
  ['`${_} of ${_}`', '`${a} of ${b}`'],
  ['() => { return _ }', 'async (): Promise<void> => { return x }'],
  ['<h1>{_}</h1>', '<h1>{a.b}</h1>'],
])('%s stands for %s', (pattern, code) => {
  expect(placeIn(`const value = ${code}`, pattern)).toBe(code)
})

test.each([
  ['_ < _', 'a <= b'],
  ['_ < 1000', 'a < 100'],
  ['$a === $a', 'a === b'],
  ['_(_)', 'f()'],
  ['_(__, 1, __)', 'f(2, 3)'],
  ['({ on: true })', '{ a, on: true }'],
  ['a[_]', 'a.b'],
])('%s does not stand for %s', (pattern, code) => {
  expect(() => placeIn(`const value = ${code}`, pattern)).toThrow('no place found for')
})

test.each([
  ['if (_(a)) _', 'async () => { if (await f((a as string)!)) g() }', 'if (await f((a as string)!)) g()'],
  ['_();', 'async () => { await f(); return g() }', 'await f();'],
  ['_()', 'async () => { await f(); return 1 }', 'f()'],
  ['if (_) throw _', '() => { if (a) { throw b } }', 'if (a) { throw b }'],
  ['const _ = 1; _(_); return', '() => { const a = 1; f(a); return }', 'const a = 1; f(a); return'],
  ['throw _', '() => { try { f(); g() } catch (e) { throw e } }', 'throw e'],
  ['f(); g()', '() => { try { f(); g() } catch (e) { throw e } }', 'f(); g()'],
  ['on: _', 'f({ off: 1, on: 2 })', 'on: 2'],
  ['for (const _ of _) _', '() => { for (const [a] of b) f(a) }', 'for (const [a] of b) f(a)'],
])('%s is found in %s', (pattern, code, place) => {
  expect(placeIn(`const value = ${code}`, pattern)).toBe(place)
})

test('a text is found in strings, templates, patterns and pages, and in no other code', () => {
  for (const code of ["'state = 1'", '`${a} and state = 1`', '/state = 1/', '<b>state = 1</b>'])
    expect(placeIn(`let state = 1, other = ${code}`, /state = \d/)).toBe('state = 1')
  expect(() => placeIn('let state = 1', /state = 1/)).toThrow('no place found for /state = 1/')
})

test('a name leads to what is called so: in a class, a function, an object, one within another', () => {
  const source = `
    export class Ring { #turn() { return 1 } get size() { return 2 } }
    export function createStore() { const find = () => 3; return { remove: () => 4, find } }
    const limit = 5`
  const number = (anchor: string) => placeIn(source, 'return _', anchor)
  expect(number('Ring.turn')).toBe('return 1')
  expect(number('Ring.size')).toBe('return 2')
  expect(placeIn(source, '3', 'createStore.find')).toBe('3')
  expect(placeIn(source, '4', 'createStore.remove')).toBe('4')
  expect(placeIn(source, '5', 'limit')).toBe('5')
  expect(() => number('createStore.remove')).toThrow('no place found for return _ within createStore.remove')
})

test('what has no place, more than one, or no such name is said in one line', () => {
  expect(() => placeIn('f(1)', 'g(_)')).toThrow(/^no place found for g\(_\)$/)
  expect(() => placeIn('f(1); f(2)', 'f(_)')).toThrow(/^2 places found for f\(_\)$/)
  expect(() => placeIn('f(1)', 'f(_)', 'Ring.turn')).toThrow(/^nothing is called Ring\.turn$/)
})
