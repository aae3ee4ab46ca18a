import { expect, test } from 'bun:test'
import {
  clientName,
  ClientUsage,
  mergeUses,
  others,
  pairsPerKey,
  toldOneIn,
  toldPerSecond,
} from '../../src/usage/client-usage.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

test.each([
  ['curl/8.5.0', 'curl'],
  ['python-requests/2.31.0', 'python-requests'],
  ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla'],
  ['My Dialler (beta)', 'My Dialler'],
  ['node', 'node'],
  ['', 'unknown'],
  [null, 'unknown'],
  ['/1.0', 'unknown'],
  ['a\u0007b\u202ec\u200bd\ud800/1', 'abcd'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert'],
  ['x'.repeat(200), 'x'.repeat(80)],
  ['👩'.repeat(200), '👩'.repeat(80)],
])('the program of %j is %j', (header, name) => {
  expect(clientName(header)).toBe(name)
})

const asker = { environmentId: 'environment', keyId: 'key' }

const from = (address: string | null, userAgent: string | null) => () => ({ address, userAgent })

test('versions of a program at one address are one client; another address is another', () => {
  const clients = new ClientUsage()
  for (const userAgent of ['curl/8', 'curl/9', 'curl/8'])
    clients.note(asker, from('::1', userAgent), 'live', 5)
  clients.note(asker, from('::2', 'curl/8'), 'live', 6)
  clients.note(asker, from(null, null), 'live', 7)
  expect(clients.first(1).uses.map(({ address, client, requests }) => [address, client, requests])).toEqual([
    ['::1', 'curl', 3],
    ['::2', 'curl', 1],
    ['unknown', 'unknown', 1],
  ])
})

test('in a flood by one key the client is read of a sample, and no request is lost', () => {
  const clients = new ClientUsage()
  const flood = 10_000
  let read = 0
  const note = (address: string, at: number) =>
    clients.note(
      asker,
      () => {
        read++
        return { address, userAgent: 'curl/8' }
      },
      'live',
      at,
    )
  for (let at = 0; at < toldPerSecond; at++) note(`10.0.0.${at % 2}`, at)
  expect(read).toBe(toldPerSecond)
  for (let sent = toldPerSecond; sent < flood; sent++) note(`10.0.0.${sent % 2}`, 500)
  expect(read).toBeLessThanOrEqual(toldPerSecond + flood / toldOneIn)
  // In the next second every client is told again.
  note('10.0.0.9', 1000)
  const { uses } = clients.first(1)
  expect(uses.map(({ address }) => address)).toEqual(['10.0.0.0', '10.0.0.1', '10.0.0.9'])
  expect(uses.reduce((sum, { requests }) => sum + requests, 0)).toBe(flood + 1)
})

test('a key has at most a hundred clients in memory; the rest are counted as others, none is lost', () => {
  const clients = new ClientUsage()
  for (let round = 0; round < 2; round++)
    for (let host = 0; host < 250; host++)
      clients.note(asker, from(`10.0.0.${host}`, `agent-${host}`), 'live', host * 1000)
  const { uses } = clients.first(1)
  expect(uses).toHaveLength(pairsPerKey + 1)
  expect(uses.find(({ address }) => address === others.address)?.requests).toBe(300)
  expect(uses.reduce((sum, { requests }) => sum + requests, 0)).toBe(500)
})

test('a key has at most a hundred clients on disk, however they are spread over the minutes', () => {
  const { services, production, clock } = createGate()
  const keyId = atOnce(services.keys.live(production.id))?.id ?? ''
  for (let minute = 0; minute < 5; minute++) {
    for (let host = 0; host < 50; host++)
      services.usage.grant(
        { environmentId: production.id, keyId },
        from(`10.0.${minute}.${host}`, 'x'),
        clock.now(),
      )
    atOnce(services.usage.flush())
  }
  const uses = atOnce(services.usage.uses(production.id, 0))
  expect(uses).toHaveLength(pairsPerKey + 1)
  expect(uses.find(({ address }) => address === others.address)?.requests).toBe(150)
  expect(mergeUses(uses).reduce((sum, { requests }) => sum + requests, 0)).toBe(250)
})
