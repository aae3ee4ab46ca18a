import { describe, expect, test } from 'bun:test'
import { readConfig } from '../../src/config.ts'
import { cameSecurely, clientAddress, ownOrigins } from '../../src/http/address.ts'
import { mintToken } from '../../src/keys/token.ts'
import { createGate } from '../support/gate.ts'

const { trustedProxies } = readConfig(
  { CALLGATE_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8:f::/48,192.0.2.7' },
  false,
)

const from = (peer: string | null) => ({
  requestIP: () => (peer === null ? null : { address: peer, family: 'IPv4' as const, port: 1 }),
})
const asked = (headers: Record<string, string>) => new Request('http://localhost/', { headers })
const addressOf = (peer: string | null, forwarded?: string, trusted = trustedProxies) =>
  clientAddress(asked(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }), from(peer), trusted)

describe('a client’s address', () => {
  test.each<[string, string | null, string | undefined, string | null]>([
    ['is its socket’s', '203.0.113.9', undefined, '203.0.113.9'],
    ['is unknown without a socket', null, '203.0.113.9', null],
    ['is never what it says itself', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['is what a trusted proxy says', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['is what a proxy trusted by one address says', '192.0.2.7', '203.0.113.9', '203.0.113.9'],
    ['is not what its neighbour says', '192.0.2.8', '203.0.113.9', '192.0.2.8'],
    ['is what an IPv6 proxy says', '2001:db8:f::1', '203.0.113.9', '203.0.113.9'],
    ['is what an IPv4 proxy on an IPv6 socket says', '::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['is the last that is not a proxy’s', '10.1.2.3', '203.0.113.9, 10.4.4.4', '203.0.113.9'],
    ['is never one put before the true one', '10.1.2.3', '10.0.0.1, 198.51.100.1,203.0.113.9', '203.0.113.9'],
    ['is the first proxy’s where all are', '10.1.2.3', '10.9.9.9, 10.8.8.8', '10.9.9.9'],
    ['loses its port', '10.1.2.3', '203.0.113.9:4711', '203.0.113.9'],
    ['loses its brackets and port', '10.1.2.3', '[2001:db8::1]:4711', '2001:db8::1'],
    ['is the proxy’s where it says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['is the proxy’s where it says nonsense', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['is nothing from before nonsense', '10.1.2.3', '198.51.100.1, <script>, 10.5.5.5', '10.5.5.5'],
    ['is the proxy’s where an entry is empty', '10.1.2.3', '198.51.100.1,', '10.1.2.3'],
    ['is no shorthand for an address', '10.1.2.3', '0x7f000001', '10.1.2.3'],
  ])('%s', (_, peer, forwarded, address) => expect(addressOf(peer, forwarded)).toBe(address))

  test('is its socket’s where no proxy is trusted', () => {
    expect(addressOf('10.1.2.3', '203.0.113.9', null)).toBe('10.1.2.3')
  })

  test('is found in a header of 60 KB', () => {
    expect(addressOf('10.1.2.3', `${'1.1.1.1,'.repeat(7500)}203.0.113.9`)).toBe('203.0.113.9')
    expect(addressOf('10.1.2.3', ','.repeat(60_000))).toBe('10.1.2.3')
  })
})

describe('https is believed', () => {
  test.each<[string, string, string | undefined, boolean]>([
    ['of a trusted proxy', '10.1.2.3', 'https', true],
    ['of nobody else', '203.0.113.9', 'https', false],
    ['only when it is said', '10.1.2.3', undefined, false],
    ['by the proxy’s own word, the last', '10.1.2.3', 'https, http', false],
    ['by no other word', '10.1.2.3', 'https://', false],
  ])('%s', (_, peer, proto, secure) => {
    const request = asked(proto === undefined ? {} : { 'x-forwarded-proto': proto })
    expect(cameSecurely(request, from(peer), trustedProxies)).toBe(secure)
  })

  test('of the socket itself', () => {
    expect(cameSecurely(new Request('https://localhost/'), from('203.0.113.9'), null)).toBe(true)
  })
})

describe('our pages are', () => {
  const origins = (peer: string, headers: Record<string, string>) =>
    ownOrigins(asked(headers), from(peer), trustedProxies) as string[]

  test.each<[string, string, Record<string, string>, string[]]>([
    ['at the host asked for', '203.0.113.9', { host: 'gate.lan:3000' }, ['http://gate.lan:3000']],
    [
      'at no port of their own, where it is the usual one',
      '10.1.2.3',
      { host: 'gate.lan:80' },
      ['http://gate.lan'],
    ],
    ['at an address', '203.0.113.9', { host: '[fd00::5]:3000' }, ['http://[fd00::5]:3000']],
    [
      'first at the host that a trusted proxy was asked for',
      '10.1.2.3',
      { host: '127.0.0.1:3000', 'x-forwarded-host': 'gate.lan:443', 'x-forwarded-proto': 'https' },
      ['https://gate.lan', 'https://127.0.0.1:3000'],
    ],
    [
      'not where anybody else says',
      '203.0.113.9',
      { host: 'gate.lan', 'x-forwarded-host': 'evil.example' },
      ['http://gate.lan'],
    ],
    [
      'by the proxy’s own word, the last',
      '10.1.2.3',
      { host: '127.0.0.1:3000', 'x-forwarded-host': 'evil.example, gate.lan' },
      ['http://gate.lan', 'http://127.0.0.1:3000'],
    ],
    [
      'not where a proxy says nonsense',
      '10.1.2.3',
      { host: 'gate.lan', 'x-forwarded-host': 'a b/@c' },
      ['http://gate.lan'],
    ],
  ])('%s', (_, peer, headers, expected) => expect(origins(peer, headers)).toEqual(expected))
})

test('wrong keys behind a trusted proxy count against each client, and a made-up address never helps one', async () => {
  const gate = createGate({
    trustedProxies: readConfig({ CALLGATE_TRUSTED_PROXIES: '127.0.0.1' }, false).trustedProxies,
  })
  const { server } = gate.app.listen({ hostname: '127.0.0.1', port: 0 })
  const knock = async (forwarded: string) => {
    const headers = { authorization: `Bearer ${mintToken()}`, 'x-forwarded-for': forwarded }
    return (await fetch(`http://127.0.0.1:${server?.port}/api/v1/key`, { headers })).status
  }
  try {
    for (let tried = 0; tried < 60; tried++) expect(await knock(`198.51.100.${tried}, 203.0.113.9`)).toBe(401)
    expect(await knock('198.51.100.200, 203.0.113.9')).toBe(429)
    expect(await knock('203.0.113.10')).toBe(401)
  } finally {
    await gate.app.stop(true)
  }
})
