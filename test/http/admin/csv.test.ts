import { expect, test } from 'bun:test'
import { csvLine } from '../../../src/http/admin/csv.ts'

test.each([
  ['a plain cell as it is', 'plain', 'plain'],
  ['nothing as nothing', '', ''],
  ['a comma in quotes', 'a,b', '"a,b"'],
  ['a quote twice', 'say "hi"', '"say ""hi"""'],
  ['a line break in quotes', 'a\nb', '"a\nb"'],
  ['a formula as text', '=1+1', "'=1+1"],
  ['a call of a program as text', '+cmd|" /C calc"!A0', '"\'+cmd|"" /C calc""!A0"'],
  ['a minus as text', '-2', "'-2"],
  ['an at sign as text', '@SUM(A1)', "'@SUM(A1)"],
  ['a tab in front as text', '\t1', "'\t1"],
  ['a formula behind a tab as text, too', '\t=1', "'\t'=1"],
  ['a carriage return in front as text', '\r1', '"\'\r1"'],
  ['a formula behind a carriage return as text', 'a\r=1', '"a\r\'=1"'],
  ['a formula on the next line as text', 'a\n=1', '"a\n\'=1"'],
  ['a formula behind a semicolon as text', 'a;=1', "a;'=1"],
  ['a formula behind a comma as text', 'a,=1', '"a,\'=1"'],
  ['a formula behind a bar as text', 'a|@SUM(A1)', "a|'@SUM(A1)"],
  ['a formula behind spaces as text', 'a; =1', "a;' =1"],
  ['a formula behind quotes as text', 'a;"=1', '"a;\'""=1"'],
  ['each of several formulas as text', '=1;+2,-3', "\"'=1;'+2,'-3\""],
  ['a formula in full-width signs as text', '＝1;＠A', "'＝1;'＠A"],
  ['a sign further on as it is', 'a=b', 'a=b'],
  ['a separator before anything else as it is', 'a;b', 'a;b'],
])('a CSV file has %s', (_, text, cell) => {
  expect(csvLine([text, 'next'])).toBe(`${cell},next\r\n`)
})
