import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { apiKey, mintToken, tokenFlaw, tokenHash, tokenLast4 } from '../../src/keys/token.ts'

const pattern = /^\bbvai_sk_[0-9A-Za-z]{38}\b$/
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const tokens = (count: number) => Array.from({ length: count }, () => mintToken())

const base62 = (value: number, places: number): string =>
  places === 0 ? '' : base62(Math.floor(value / 62), places - 1) + alphabet[value % 62]

/** A source of bytes that yields these, 32 at a time, and then zeros. */
const bytesOf = (source: number[]) => {
  const rest = [...source]
  return (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = rest.shift() ?? 0
  }
}

/** A token made of exactly these 32 characters. */
const tokenOf = (characters: string) =>
  mintToken(apiKey, bytesOf([...characters].map((one) => alphabet.indexOf(one))))

describe('a minted key', () => {
  test('has the documented format', () => {
    for (const token of tokens(1000)) {
      expect(token).toMatch(pattern)
      expect(token).toHaveLength(apiKey.length)
      expect(tokenFlaw(token)).toBeUndefined()
    }
  })

  test('ends in the base62 CRC-32 of all before, padded with zeros', () => {
    const bodies = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 32, maxLength: 32 })
    let padded = 0
    fc.assert(
      fc.property(bodies, (characters) => {
        const checksum = base62(crc32(`bvai_sk_${characters}`), 6)
        expect(tokenOf(characters)).toBe(`bvai_sk_${characters}${checksum}`)
        if (checksum.startsWith('0')) padded++
      }),
      { numRuns: 2000 },
    )
    expect(padded).toBeGreaterThan(0)
  })

  test('is never made twice', () => {
    expect(new Set(tokens(20_000)).size).toBe(20_000)
  })

  test('draws bytes from 248 on again, so that no character is likelier than another', () => {
    const biased = Array.from({ length: 32 }, (_, at) => 248 + (at % 8))
    const fair = Array.from({ length: 32 }, (_, at) => at * 7)
    const token = mintToken(apiKey, bytesOf([...biased, ...fair]))
    expect(token.slice(8, 40)).toBe(fair.map((byte) => alphabet[byte % 62]).join(''))
  })

  test('keeps the good bytes of a draw that has bad ones', () => {
    const mixed = Array.from({ length: 64 }, (_, at) => (at % 2 === 0 ? 255 : at))
    const token = mintToken(apiKey, bytesOf(mixed))
    const good = mixed.filter((byte) => byte < 248)
    expect(token.slice(8, 40)).toBe(good.map((byte) => alphabet[byte % 62]).join(''))
  })

  test('uses every character of the alphabet, each as often as the others', () => {
    const counts = new Map<string, number>()
    for (const character of tokens(20_000)
      .map((token) => token.slice(8, 40))
      .join(''))
      counts.set(character, (counts.get(character) ?? 0) + 1)
    expect([...counts.keys()].toSorted().join('')).toBe(alphabet)
    // 640,000 draws: about 10,323 of each, give or take 101; six of those is never.
    for (const count of counts.values()) expect(Math.abs(count - 640_000 / 62)).toBeLessThan(600)
  })
})

describe('a change of one character', () => {
  test('is always refused, whatever the place and the character', () => {
    let admitted = 0
    for (const token of tokens(50))
      for (let at = 0; at < token.length; at++)
        for (const other of `${alphabet}_- é`)
          if (
            other !== token[at] &&
            tokenFlaw(token.slice(0, at) + other + token.slice(at + 1)) === undefined
          )
            admitted++
    expect(admitted).toBe(0)
  })

  test('is refused when two neighbours change places', () => {
    for (const token of tokens(500))
      for (let at = 8; at < token.length - 1; at++) {
        const swapped = token.slice(0, at) + token[at + 1] + token[at] + token.slice(at + 2)
        if (swapped !== token) expect(tokenFlaw(swapped)).toBeDefined()
      }
  })
})

describe('a flaw', () => {
  const token = mintToken()
  const ending = token.endsWith('x') ? 'y' : 'x'

  test.each([
    ['the prefix', token.slice(8), 'it must start with bvai_sk_'],
    ['the case of the prefix', token.replace('bvai', 'BVAI'), 'it must start with bvai_sk_'],
    ['a space before', ` ${token}`, 'it has extra spaces or characters'],
    ['a space after', `${token} `, 'it has extra spaces or characters'],
    ['a line break after', `${token}\n`, 'it has extra spaces or characters'],
    ['an underscore', token.replace(/.$/, '_'), 'it has extra spaces or characters'],
    ['a letter of another script', token.replace(/.$/, 'а'), 'it has extra spaces or characters'],
    ['digits of another script', token.replace(/.$/, '٣'), 'it has extra spaces or characters'],
    ['too few characters', token.slice(0, -1), 'it is too short'],
    ['the prefix alone', 'bvai_sk_', 'it is too short'],
    ['too many characters', `${token}0`, 'it is too long'],
    ['the checksum', token.replace(/.$/, ending), 'its checksum does not match'],
  ])('names %s', (_what, text, flaw) => expect(tokenFlaw(text)).toBe(flaw))

  test('is found in every text that is no key, and never repeats it', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((text) => `bvai_sk_${text}`),
      fc
        .string({ unit: fc.constantFrom(...alphabet), minLength: 38, maxLength: 38 })
        .map((text) => `bvai_sk_${text}`),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const flaw = tokenFlaw(text) ?? ''
        expect(flaw).not.toBe('')
        if (text.length > 12) expect(flaw).not.toContain(text.slice(8))
      }),
      { numRuns: 5000 },
    )
  })
})

test('a key is kept as its SHA-256 in hex and its last four characters', () => {
  const token = mintToken()
  expect(tokenHash(token)).toBe(createHash('sha256').update(token).digest('hex'))
  expect(tokenHash(token)).toMatch(/^[0-9a-f]{64}$/)
  expect(tokenLast4(token)).toBe(token.slice(42))
})
