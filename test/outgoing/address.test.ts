import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { addressProblem } from '../../src/outgoing/address.ts'
import { destinationProblem } from '../../src/outgoing/destination.ts'

/** The registry of special IPv4 addresses once more, in numbers: the first of each block and how many bits it leaves free. */
const blocks: [first: number, free: number][] = [
  [0x00_00_00_00, 24],
  [0x0a_00_00_00, 24],
  [0x64_40_00_00, 22],
  [0x7f_00_00_00, 24],
  [0xa9_fe_00_00, 16],
  [0xac_10_00_00, 20],
  [0xc0_00_00_00, 8],
  [0xc0_00_02_00, 8],
  [0xc0_1f_c4_00, 8],
  [0xc0_34_c1_00, 8],
  [0xc0_58_63_00, 8],
  [0xc0_a8_00_00, 16],
  [0xc0_af_30_00, 8],
  [0xc6_12_00_00, 17],
  [0xc6_33_64_00, 8],
  [0xcb_00_71_00, 8],
  [0xe0_00_00_00, 28],
  [0xf0_00_00_00, 28],
]
const azureMetadata = 0xa8_3f_81_10
const isSpecial = (address: number) =>
  address === azureMetadata || blocks.some(([first, free]) => address >= first && address < first + 2 ** free)

const special = fc
  .constantFrom(...blocks)
  .chain(([first, free]) => fc.integer({ min: 0, max: 2 ** free - 1 }).map((offset) => first + offset))
/** Where a block begins and ends, and one beside it. */
const edge = fc
  .constantFrom(...blocks)
  .chain(([first, free]) => fc.constantFrom(first - 1, first, first + 2 ** free - 1, first + 2 ** free))
  .filter((address) => address >= 0 && address < 2 ** 32)
const any = fc.integer({ min: 0, max: 2 ** 32 - 1 })

const bytesOf = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff)
const dotted = (address: number) => bytesOf(address).join('.')

const radix = fc.constantFrom(
  (part: number) => String(part),
  (part: number) => `0x${part.toString(16)}`,
  (part: number) => `0X${part.toString(16).toUpperCase()}`,
  (part: number) => `0x000${part.toString(16)}`,
  (part: number) => `0${part.toString(8)}`,
  (part: number) => `000${part.toString(8)}`,
)
const disguise = fc.constantFrom(
  (host: string) => host,
  (host: string) => `${host}.`,
  (host: string) => host.replaceAll('.', '。'),
  (host: string) => host.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0xff_10 + Number(digit))),
  (host: string) => host.replaceAll(/[0-9.]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
)
/** An address as the WHATWG parser takes it: of one to four parts, the last as large as what is left. */
const spelling = (address: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.tuple(radix, radix, radix, radix), disguise)
    .map(([parts, write, dress]) => {
      const bytes = bytesOf(address)
      const rest = bytes.slice(parts - 1).reduce((sum, byte) => sum * 256 + byte, 0)
      const written = [...bytes.slice(0, parts - 1), rest].map((part, at) => write[at]?.(part))
      return dress(written.join('.'))
    })

describe('an IPv4 address', () => {
  test('in a special range is refused, in any spelling that a URL can have', () => {
    fc.assert(
      fc.property(
        special.chain((address) => spelling(address).map((host) => ({ address, host }))),
        ({ address, host }) => {
          const url = `https://${host}/`
          expect(new URL(url).hostname).toBe(dotted(address))
          expect(destinationProblem(url, { allowPrivate: false })).toContain('its address is')
        },
      ),
      { numRuns: 5000 },
    )
  })

  test('is refused exactly when the registry has it, alone and mapped into IPv6', () => {
    fc.assert(
      fc.property(fc.oneof(special, edge, any), (address) => {
        const expected = isSpecial(address)
        for (const text of [dotted(address), `::ffff:${dotted(address)}`])
          expect(addressProblem(text, false) !== undefined).toBe(expected)
      }),
      { numRuns: 20_000 },
    )
  })

  test('is never reached by way of IPv6', () => {
    fc.assert(
      fc.property(any, (address) => {
        const [a, b] = [address >>> 16, address & 0xff_ff].map((half) => half.toString(16))
        const ways = [`::${a}:${b}`, `64:ff9b::${a}:${b}`, `64:ff9b:1::${a}:${b}`, `2002:${a}:${b}::1`]
        for (const way of [...ways, `2001:0:${a}:${b}::`, `::ffff:0:${a}:${b}`])
          expect(addressProblem(way, false)).toBeString()
      }),
    )
  })
})

describe('an IPv6 address', () => {
  test.each([
    ['2001:200::1', undefined],
    ['2606:4700::1111', undefined],
    ['2a00:1450:4001:81b::200e', undefined],
    ['2003::1', undefined],
    ['3ffe:ffff::1', undefined],
    ['::', 'reserved'],
    ['::1', 'loopback'],
    ['1::1', 'reserved'],
    ['100::1', 'reserved'],
    ['2001::1', 'reserved'],
    ['2001:1ff:ffff::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['2002::1', 'reserved'],
    ['2620:4f:8000::1', 'reserved'],
    ['3fff:fff::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['fc00::1', 'private'],
    ['fdff:ffff::1', 'private'],
    ['fd00:ec2::254', 'a metadata service'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['fec0::1', 'reserved'],
    ['ff02::1', 'multicast'],
    ['fe80::1%eth0', 'not a valid address'],
    ['2606:4700::1111%eth0', 'not a valid address'],
    ['nonsense', 'not a valid address'],
    ['', 'not a valid address'],
  ])('%j: %p', (text, problem) => {
    expect(addressProblem(text, false)).toBe(problem)
  })

  test('outside of 2000::/3 is never public', () => {
    const group = fc.integer({ min: 0, max: 0xff_ff })
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const first = groups[0] ?? 0
        fc.pre(first < 0x20_00 || first > 0x3f_ff)
        const text = groups.map((one) => one.toString(16)).join(':')
        expect(addressProblem(text, false)).toBeString()
      }),
      { numRuns: 2000 },
    )
  })
})
