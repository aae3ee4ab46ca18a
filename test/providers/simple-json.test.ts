import { expect, test } from 'bun:test'
import { isSimple } from '../../src/providers/simple-json.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const members = (count: number, name: (at: number) => string) =>
  `{${Array.from({ length: count }, (_, at) => `"${name(at)}":1`).join(',')}}`

test.each([
  ['brackets in brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['members in members', `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`],
  ['empty objects', `[${'{},'.repeat(300_000)}1]`],
  ['numbers', `[${'1,'.repeat(600_000)}1]`],
  ['names', members(20_000, (at) => `name ${at}`)],
  [
    'names in many objects',
    `[${Array.from({ length: 200 }, (_, one) => members(100, (at) => `${one}_${at}`)).join()}]`,
  ],
])('a report of nothing but %s is too much', (_, text) => {
  expect(isSimple(bytes(text))).toBe(false)
})

test('four hours of talk with the times of each word are not', () => {
  const words = Array.from({ length: 36_000 }, (_, at) => ({
    word: `word ${at}`,
    start: at / 3,
    end: at / 2,
  }))
  const talk = { transcript_object: [{ role: 'agent', words }], transcript_with_tool_calls: [{ words }] }
  expect(isSimple(bytes(JSON.stringify(talk)))).toBe(true)
})

test('what stands in a text is no part of the report', () => {
  const text = String.raw`"\\`.repeat(10) + '[{:,'.repeat(600_000)
  expect(isSimple(bytes(JSON.stringify({ summary: text, [text]: 1 })))).toBe(true)
})

test('what is no JSON ends', () => {
  for (const text of ['', '"', '"\\', '{"a', '\0', ']]]'.repeat(100_000)])
    expect(isSimple(bytes(text))).toBe(true)
})
