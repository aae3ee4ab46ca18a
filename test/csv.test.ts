import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { CsvFlaw, csvLine, readCsv } from '../src/csv.ts'

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

const encoder = new TextEncoder()

/** The bytes of a text, a few at a time. */
async function* inPieces(text: string, length: number): AsyncGenerator<Uint8Array> {
  const bytes = encoder.encode(text)
  for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length)
}

const readAll = async (text: string, length = 5) => {
  const read: { line: number; cells: string[] }[] = []
  let flaw: string | undefined
  try {
    for await (const record of readCsv(inPieces(text, length))) read.push(record)
  } catch (error) {
    if (!(error instanceof CsvFlaw)) throw error
    flaw = error.message
  }
  return { read, flaw }
}

test('what was written as CSV is read as it was, in whatever pieces it comes', async () => {
  const cell = fc
    .string({ unit: fc.constantFrom('a', '"', ',', '\n', ';', ' ', 'é', '😀'), maxLength: 8 })
    .filter((text) => !text.startsWith('\n'))
  const record = fc.tuple(cell, fc.constant('x'), cell)
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      async (records, length) => {
        const written = [['first', 'x', 'last'], ...records]
        const { read, flaw } = await readAll(written.map((cells) => csvLine(cells)).join(''), length)
        expect(flaw).toBeUndefined()
        expect(read.map(({ cells }) => cells)).toEqual(written)
      },
    ),
  )
})

test.each([
  ['a byte order mark is dropped', '\uFEFFa,b\n', [['a', 'b']]],
  [
    'the first line shows that semicolons separate',
    'a;b\n"c;d";e,f\n',
    [
      ['a', 'b'],
      ['c;d', 'e,f'],
    ],
  ],
  ['tabs separate as well', 'a\tb,c\n', [['a', 'b,c']]],
  ['a quote inside a cell stands for itself', '5" pipe,a\n', [['5" pipe', 'a']]],
  [
    'the last line needs no end',
    'a,b\r\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['nothing is no line', '', []],
])('%s', async (_, text, cells) => {
  expect(await readAll(text)).toEqual({
    read: cells.map((each, at) => ({ line: at + 1, cells: each })),
    flaw: undefined,
  })
})

test('lines are counted as an editor counts them, over empty lines and line breaks in quotes', async () => {
  const { read } = await readAll('a,b\r\n\r\n"c\r\nd",e\r\nf,g\r\n')
  expect(read.map(({ line }) => line)).toEqual([1, 4, 5])
})

test.each([
  ['a quote that nobody closed', `a,b\n"c\n${'d,e\n'.repeat(5000)}`, /^Line \d+ cannot be read as CSV\.$/],
  ['a line that never ends', `a,b\n${'c'.repeat(200_000)}`, /^Line 2 cannot be read as CSV\.$/],
  ['a quote at the end', 'a,b\n"c', /^Line 2 cannot be read as CSV\.$/],
])('%s ends the reading, after everything before it', async (_, text, sentence) => {
  const { read, flaw } = await readAll(text, 1000)
  expect(read).toEqual([{ line: 1, cells: ['a', 'b'] }])
  expect(flaw).toMatch(sentence)
})
