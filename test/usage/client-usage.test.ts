import { expect, test } from 'bun:test'
import { clientName, ClientUsage, mergeUses, others, pairsPerKey } from '../../src/usage/client-usage.ts'
import { createGate } from '../support/gate.ts'

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

const use = (address: string | null, userAgent: string | null) => ({
  environmentId: 'environment',
  keyId: 'key',
  address,
  userAgent,
})

test('versions of a program at one address are one client; another address is another', () => {
  const clients = new ClientUsage()
  for (const userAgent of ['curl/8', 'curl/9', 'curl/8']) clients.note(use('::1', userAgent), 'live', 5)
  clients.note(use('::2', 'curl/8'), 'live', 6)
  clients.note(use(null, null), 'live', 7)
  expect(clients.first(1).uses.map(({ address, client, requests }) => [address, client, requests])).toEqual([
    ['::1', 'curl', 3],
    ['::2', 'curl', 1],
    ['unknown', 'unknown', 1],
  ])
})

test('a key has at most a hundred clients in memory; the rest are counted as others, none is lost', () => {
  const clients = new ClientUsage()
  for (let round = 0; round < 2; round++)
    for (let host = 0; host < 250; host++) clients.note(use(`10.0.0.${host}`, `agent-${host}`), 'live', host)
  const { uses } = clients.first(1)
  expect(uses).toHaveLength(pairsPerKey + 1)
  expect(uses.find(({ address }) => address === others.address)?.requests).toBe(300)
  expect(uses.reduce((sum, { requests }) => sum + requests, 0)).toBe(500)
})

test('a key has at most a hundred clients on disk, however they are spread over the minutes', () => {
  const { services, production, clock } = createGate()
  const keyId = services.keys.live(production.id)?.id ?? ''
  for (let minute = 0; minute < 5; minute++) {
    for (let host = 0; host < 50; host++)
      services.usage.grant(
        { environmentId: production.id, keyId, address: `10.0.${minute}.${host}`, userAgent: 'x' },
        clock.now(),
      )
    services.usage.flush()
  }
  const uses = services.usage.uses(production.id, 0)
  expect(uses).toHaveLength(pairsPerKey + 1)
  expect(uses.find(({ address }) => address === others.address)?.requests).toBe(150)
  expect(mergeUses(uses).reduce((sum, { requests }) => sum + requests, 0)).toBe(250)
})
