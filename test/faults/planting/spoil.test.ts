import { expect, test } from 'bun:test'
import { after, anywhere, before, drop, type Edit, operator, put, within } from './change.ts'
import { createSpoil } from './spoil.ts'

const spoilt = (source: string, ...edits: Edit[]) =>
  createSpoil(new Map([['file.ts', source]]))({ title: 'it is wrong', edits }).get('file.ts')

test.each<[string, string, Edit]>([
  ['if (a) f()', '', anywhere('if (_) _', drop)],
  ['f({ a, b: 1, c })', 'f({ a,  c })', anywhere('b: _', drop)],
  ['f({ a, b: 1 })', 'f({ a })', anywhere('b: _', drop)],
  ['f([1, 2, 3])', 'f([1, 2])', anywhere('3', drop)],
  ['f([1])', 'f([])', anywhere('1', drop)],
  ['if (a && b) f()', 'if (a && true) f()', anywhere('if (_ && $here) _', put('true'))],
  ['f(x).g(y)', 'f(x)', anywhere('$it.g(_)', put('$it'))],
  ['f(a, b, c)', 'g(b, c, a)', anywhere('f($first, $$others)', put('g($$others, $first)'))],
  ['f((a + b) * 2)', 'f((a + b))', anywhere('$sum * 2', put('$sum'))],
  ['f((a) < (b))', 'f((a) <= (b))', anywhere('_ < _', operator('<='))],
  ['f(a || b && c)', 'f(a || b || c)', anywhere('_ || $here', operator('||'))],
  ['f(a)', 'g(a)\nf(a)', anywhere('f($x);', before('g($x)'))],
  ['f(a)', 'f(a)\ng(a)', anywhere('f($x);', after('g($x)'))],
  ["f('mode = 1')", "f('mode = 2')", anywhere(/mode = 1/, put('mode = 2'))],
])('%s becomes %s', (source, result, edit) => {
  expect(spoilt(source, edit)).toBe(result)
})

test('all edits of a fault are made, each where it was found in the sound source', () => {
  const source = 'const f = () => 1; const g = () => f() + 2'
  const both = spoilt(source, within('g')('2', put('f()')), within('f')('1', put('0 - 1')))
  expect(both).toBe('const f = () => 0 - 1; const g = () => f() + f()')
})

test('a fault without its place is named', () => {
  expect(() => spoilt('f(a)', anywhere('g(_)', drop))).toThrow(
    /^fault "it is wrong": no place found for g\(_\)$/,
  )
  expect(() => spoilt('f(a)', anywhere('f(_)', put('$other')))).toThrow(
    /^fault "it is wrong": .* called \$other$/,
  )
})
