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
  ['a tab in front as text', '\t=1', "'\t=1"],
  ['a carriage return in front as text', '\r=1', '"\'\r=1"'],
  ['a sign further on as it is', 'a=b', 'a=b'],
])('a CSV file has %s', (_, text, cell) => {
  expect(csvLine([text, 'next'])).toBe(`${cell},next\r\n`)
})
