import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { KeySearch } from '../../src/keys/search.ts'
import { mintToken } from '../../src/keys/token.ts'

const keys = Array.from({ length: 8 }, () => mintToken())
const [key = ''] = keys

const search = (...pieces: string[]) => {
  const running = new KeySearch()
  const finds = pieces.flatMap((piece) => running.take(Buffer.from(piece)))
  return [...finds, ...running.end()]
}

test('finds every key with its line, wherever a stream is cut', () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 90 }),
    fc.constantFrom('\n', '"', 'bvai_sk_', 'KEY=', 'é'),
  )
  const part = fc.oneof(
    noise.map((text) => ({ text, token: undefined })),
    fc.constantFrom(...keys).map((token) => ({ text: `\n"${token}"`, token })),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), fc.array(fc.nat(2000)), (parts, cuts) => {
      const bytes = Buffer.from(parts.map(({ text }) => text).join(''))
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
      const running = new KeySearch()
      const finds = places.slice(1).flatMap((end, at) => running.take(bytes.subarray(places[at], end)))
      let text = ''
      const planted = parts.flatMap((one) => {
        text += one.text
        return one.token === undefined ? [] : [{ token: one.token, line: text.split('\n').length }]
      })
      expect([...finds, ...running.end()]).toEqual(planted)
    }),
  )
})

test('passes over what only looks like a key', () => {
  const wrong = `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`
  for (const text of [wrong, `${key}x`, `x${key}`, `_${key}`, `${key}_`, key.slice(0, -1), key.toUpperCase()])
    expect({ text, finds: search(text) }).toEqual({ text, finds: [] })
})

test('finds a key at the very beginning and the very end, and two side by side', () => {
  expect(search(key)).toEqual([{ token: key, line: 1 }])
  expect(search(...key)).toEqual([{ token: key, line: 1 }])
  expect(search(`${key},${keys[1]}\n`)).toEqual([
    { token: key, line: 1 },
    { token: keys[1] ?? '', line: 1 },
  ])
})
