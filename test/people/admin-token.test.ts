import { expect, test } from 'bun:test'
import { type AdminToken, adminTokenFlaw } from '../../src/people/admin-token.ts'

const now = Date.parse('2026-01-15T12:00:00Z')

const token = (given: Partial<AdminToken> = {}): AdminToken => ({
  id: 'token',
  hash: 'hash',
  last4: 'abcd',
  name: 'ci',
  permissions: ['*'],
  agencyId: null,
  allowFrom: null,
  createdBy: 'command line',
  createdAt: now - 1000,
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  ...given,
})

test('a token works until the instant at which it expires, and never again', () => {
  const flawAt = (at: number) => adminTokenFlaw(token({ expiresAt: now }), at, null)
  expect(flawAt(now - 1)).toBeUndefined()
  for (const at of [now, now + 1]) expect(flawAt(at)).toBe('it expired on 2026-01-15T12:00:00.000Z')
})

test('a revoked token does not work, whatever else is right', () => {
  const flaw = adminTokenFlaw(token({ revokedAt: now, expiresAt: now + 1 }), now, null)
  expect(flaw).toBe('it was revoked on 2026-01-15T12:00:00.000Z')
})

test.each([
  ['10.1.2.3', true],
  ['192.0.2.7', true],
  ['2001:db8::7', true],
  ['192.0.2.8', false],
  ['11.0.0.1', false],
  ['2001:db9::7', false],
  ['not an address', false],
  [null, false],
])('a token for three networks, used from %s, works: %p', (address, works) => {
  const allowFrom = ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']
  const flaw = adminTokenFlaw(token({ allowFrom }), now, address)
  expect(flaw).toBe(works ? undefined : 'it is not allowed from this address')
})
