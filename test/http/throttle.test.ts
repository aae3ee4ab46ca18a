import { describe, expect, test } from 'bun:test'
import { AddressWindows } from '../../src/address-windows.ts'
import { mintToken } from '../../src/keys/token.ts'
import { clientNetworks } from '../../src/networks.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { sendRaw, statusOf } from '../support/raw.ts'
import { expectRefusal } from '../support/refusal.ts'

const perMinute = 60

const knock = (gate: Gate, token: string = mintToken()) => gate.authorized('/api/v1/key', {}, token)

const exhaust = async (gate: Gate) => {
  for (let tried = 0; tried < perMinute; tried++) await expectRefusal(await knock(gate), 401, 'invalid_key')
}

test('throttles the 61st wrong key of an address within a minute', async () => {
  const gate = createGate()
  await exhaust(gate)
  const { sentence, retryAfterSeconds } = await expectRefusal(await knock(gate), 429, 'too_many_invalid_keys')
  expect(retryAfterSeconds).toBe(60)
  expect(sentence).toBe('Too many invalid API keys from this address. Retry after 60 seconds.')
})

test('counts malformed keys as wrong ones', async () => {
  const gate = createGate()
  for (let tried = 0; tried < perMinute; tried++)
    await expectRefusal(await knock(gate, 'nonsense'), 401, 'malformed_key')
  await expectRefusal(await knock(gate, 'nonsense'), 429, 'too_many_invalid_keys')
})

test('answers again after exactly Retry-After seconds and not a second before', async () => {
  const gate = createGate()
  await exhaust(gate)
  await gate.clock.advance(18_500)
  const { retryAfterSeconds } = await expectRefusal(await knock(gate), 429, 'too_many_invalid_keys')
  await gate.clock.advance((retryAfterSeconds - 1) * 1000)
  await expectRefusal(await knock(gate), 429, 'too_many_invalid_keys')
  await gate.clock.advance(1000)
  await expectRefusal(await knock(gate), 401, 'invalid_key')
})

test('admits a right key from a throttled address', async () => {
  const gate = createGate()
  await exhaust(gate)
  await expectRefusal(await knock(gate), 429, 'too_many_invalid_keys')
  expect((await knock(gate, gate.key)).status).toBe(200)
})

test('does not count rotated and missing keys, and still tells what is wrong with them', async () => {
  const gate = createGate()
  const rotated = gate.key
  gate.issue()
  for (let tried = 0; tried <= perMinute; tried++) {
    await expectRefusal(await knock(gate, rotated), 401, 'rotated_key')
    await expectRefusal(await gate.request('/api/v1/key'), 401, 'missing_key')
  }
  await exhaust(gate)
  await expectRefusal(await knock(gate), 429, 'too_many_invalid_keys')
  await expectRefusal(await knock(gate, rotated), 401, 'rotated_key')
  await expectRefusal(await gate.request('/api/v1/key'), 401, 'missing_key')
})

test('lets no address pay for another', async () => {
  const gate = createGate()
  const { server } = gate.app.listen({ hostname: '127.0.0.1', port: 0 })
  const statusFrom = async (localAddress: string) => {
    const head = ['GET /api/v1/key HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${mintToken()}`]
    const bytes = `${head.join('\r\n')}\r\nConnection: close\r\n\r\n`
    return statusOf(await sendRaw(String(server?.url), bytes, { localAddress }))
  }
  try {
    for (let tried = 0; tried < perMinute; tried++) expect(await statusFrom('127.0.0.1')).toBe(401)
    expect(await statusFrom('127.0.0.1')).toBe(429)
    expect(await statusFrom('127.0.0.2')).toBe(401)
  } finally {
    await gate.app.stop(true)
  }
})

describe('an address is counted as', () => {
  test.each([
    ['itself when it is IPv4', '203.0.113.7', '203.0.113.7'],
    ['IPv4 when it is IPv4 in IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
    ['its /64 when it is IPv6', '2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    [
      'its /64 when it is the last of it',
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
      '2001:db8:1:2::/64',
      '2001:db8:1::/48',
    ],
    ['unknown when it is missing', null, 'unknown'],
    ['unknown when it is empty', '', 'unknown'],
    ['unknown when it is no address', 'localhost', 'unknown'],
    ['unknown when it has too many parts', '203.0.113.7.9', 'unknown'],
    ['unknown when it has a port', '203.0.113.7:80', 'unknown'],
  ])('%s', (_what, address, ...networks) => {
    const { host, site } = clientNetworks(address)
    expect([host, ...(site === undefined ? [] : [site])].join()).toBe(networks.join())
  })
})

const windows = new AddressWindows(1000)
const takeMany = (count: number, address: (number: number) => string, now: number) =>
  Array.from({ length: count }, (_, number) => windows.take(address(number), 10, now)).filter(
    ({ granted }) => granted,
  ).length

test('a /64 has the limit of one address, and a /48 five times that, however many of it are used', () => {
  expect(takeMany(100, (number) => `2001:db8:1:2::${number}`, 0)).toBe(10)
  expect(takeMany(100, (number) => `2001:db8:1:${number + 3}::1`, 0)).toBe(40)
  expect(takeMany(100, (number) => `2001:db8:2:${number}::1`, 0)).toBe(50)
  expect(windows.take('2001:db8:1:ffff::1', 10, 999).granted).toBe(false)
  expect(windows.take('2001:db8:1:ffff::1', 10, 1000).granted).toBe(true)
})

test('what a /48 is refused takes nothing of the /64', () => {
  takeMany(50, (number) => `2001:db8:3:${number}::1`, 5000)
  for (let again = 0; again < 20; again++) windows.take('2001:db8:3:ffff::1', 10, 5000)
  expect(windows.take('2001:db8:3:ffff::1', 10, 6000)).toMatchObject({ granted: true, remaining: 9 })
})
