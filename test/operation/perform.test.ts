import { describe, expect, test } from 'bun:test'
import type { Reason } from '../../src/failures.ts'
import { generateKey, rotateKey } from '../../src/keys/operations/generate.ts'
import { showKey } from '../../src/keys/operations/show.ts'
import { disableKey } from '../../src/keys/operations/switch.ts'
import { operations } from '../../src/operations.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createToken, listTokens, revokeToken } from '../../src/people/operations/tokens.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const reasonOf = (doing: Promise<unknown>): Promise<Reason | 'done'> =>
  doing.then(
    () => 'done' as const,
    (error: { reason: Reason }) => error.reason,
  )

test('no two operations have one name, and each is noun and verb', () => {
  const names = operations.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z]+\.[a-z-]+$/)
})

describe('whoever is bound to one agency', () => {
  test('learns nothing of another, by its id or by its name', async () => {
    const { agency, services } = createGate()
    const other = atOnce(services.agencies.create('Other', 'agency', 0))
    for (const named of [other.id, other.name, crypto.randomUUID()]) {
      const input = { agency: named, environment: 'production' as const }
      expect(await reasonOf(services.perform(showKey, input, adminOf(agency.id)))).toBe('not_found')
      expect(await reasonOf(services.perform(generateKey, input, adminOf(agency.id)))).toBe('not_found')
    }
  })

  test('does what the operator alone may do not even there', async () => {
    const { agency, services } = createGate()
    const input = { name: 'x', permission: ['*'] }
    expect(await reasonOf(services.perform(createToken, input, adminOf(agency.id)))).toBe('operator_only')
    expect(await reasonOf(services.perform(createToken, input, tokenWith(['*'], agency.id)))).toBe(
      'operator_only',
    )
  })
})

describe('an agency', () => {
  test('can be named by its name, while only one is called that', async () => {
    const { services } = createGate()
    const input = { agency: 'Acme', environment: 'production' as const }
    expect(await services.perform(showKey, input, commandLineActor)).toMatchObject({ access: 'enabled' })
    atOnce(services.agencies.create('Acme', 'agency', 0))
    expect(await reasonOf(services.perform(showKey, input, commandLineActor))).toBe('conflict')
  })
})

describe('permissions', () => {
  test.each([
    [['*'], 'done'],
    [['key.*'], 'done'],
    [['key.show'], 'done'],
    [['key.rotate', 'key.show'], 'done'],
    [['key.rotate'], 'permission_required'],
    [['keys.*'], 'permission_required'],
    [['key'], 'permission_required'],
    [[], 'permission_required'],
  ])('%j: key.show is %s', async (permissions, result) => {
    const { services } = createGate()
    const input = { agency: 'Acme', environment: 'production' as const }
    expect(await reasonOf(services.perform(showKey, input, tokenWith(permissions)))).toBe(result as Reason)
  })

  test.each([
    [['*'], ['key.*', 'agency.list', '*'], 'done'],
    [['token.*', 'key.*'], ['key.rotate', 'key.*'], 'done'],
    [['token.*', 'key.rotate'], ['key.*'], 'permission_required'],
    [['token.*', 'key.*'], ['*'], 'permission_required'],
  ])('a token with %j cannot make one that may do more: %j is %s', async (own, wanted, result) => {
    const { services } = createGate()
    const input = { name: 'more', permission: wanted }
    expect(await reasonOf(services.perform(createToken, input, tokenWith(own)))).toBe(result as Reason)
  })

  test('a token that ends by itself cannot outlive itself in another', async () => {
    const { services } = createGate()
    const bounded = { ...tokenWith(['*']), mayDelegate: false }
    const input = { name: 'again', permission: ['key.show'] }
    expect(await reasonOf(services.perform(createToken, input, bounded))).toBe('conflict')
  })
})

describe('a change', () => {
  test('is not made for an actor who was removed while it waited', async () => {
    const { agency, services, production } = createGate()
    const removed = {
      ...adminOf(agency.id),
      *confirm() {
        throw new Error('removed')
      },
    }
    const before = atOnce(services.keys.live(production.id))
    const input = { agency: agency.id, environment: 'production' as const }
    expect(services.perform(rotateKey, input, removed)).rejects.toThrow('removed')
    expect(atOnce(services.keys.live(production.id))).toEqual(before)
  })

  test('is written with who made it, to what, and from where', async () => {
    const { agency, services } = createGate()
    const actor = { ...adminOf(agency.id), address: '203.0.113.7' }
    const input = { agency: agency.id, environment: 'staging' as const }
    const { last4 } = await services.perform(generateKey, input, actor)
    expect(atOnce(services.audit.list({ limit: 1 }))).toMatchObject([
      {
        action: 'key.generated',
        actor: 'admin@example.com',
        address: '203.0.113.7',
        agencyId: agency.id,
        environment: 'staging',
        target: `…${last4}`,
      },
    ])
  })

  test('is kept with its audit line or not at all', async () => {
    const { agency, database, services, production } = createGate()
    database.sqlite.run('drop table audit')
    const input = { agency: agency.id, environment: 'production' as const }
    const before = atOnce(services.keys.live(production.id))
    expect(services.perform(rotateKey, input, commandLineActor)).rejects.toThrow()
    expect(atOnce(services.keys.live(production.id))).toEqual(before)
  })
})

describe('what an operation would end', () => {
  test('is said without ending it, and nothing where nothing ends', async () => {
    const { key, services, production } = createGate()
    const preview = (environment: string) =>
      services.perform.preview(generateKey, { agency: 'Acme', environment }, commandLineActor)
    expect(await preview('production')).toBe(
      `The production key of Acme ending in ${key.slice(-4)} (never used) stops working at once.`,
    )
    expect(await preview('staging')).toBeUndefined()
    expect(atOnce(services.keys.live(production.id))?.last4).toBe(key.slice(-4))
    const off = { agency: 'Acme', environment: 'production' as const }
    await services.perform(disableKey, off, commandLineActor)
    expect(await services.perform.preview(disableKey, off, commandLineActor)).toBeUndefined()
  })
})

describe('an input', () => {
  test.each([
    [{}, 'agency is required.'],
    [{ agency: 'Acme' }, 'environment must be production or staging.'],
    [{ agency: 'Acme', environment: 'live' }, 'environment must be production or staging.'],
    [{ agency: 7, environment: 'production' }, 'agency must be a text.'],
    [
      { agency: 'Acme', environment: 'production', rotate: 1 },
      'Only these fields are allowed: agency, environment, replaces.',
    ],
    ['text', 'The input must be an object.'],
  ])('%j is refused with: %s', async (input, sentence) => {
    const { services } = createGate()
    expect(services.perform(generateKey, input as never, commandLineActor)).rejects.toThrow(sentence)
  })

  test('that holds a key is refused before it could be kept', async () => {
    const { key, services } = createGate()
    const input = { name: `for ${key}`, permission: ['*'] }
    expect(await reasonOf(services.perform(createToken, input, commandLineActor))).toBe('invalid_input')
    expect(await services.perform(listTokens, {}, commandLineActor)).toEqual([])
  })
})

test('a revoked token is revoked once', async () => {
  const { services } = createGate()
  const { id } = await services.perform(createToken, { name: 'ci', permission: ['*'] }, commandLineActor)
  expect(await reasonOf(services.perform(revokeToken, { token: id }, commandLineActor))).toBe('done')
  expect(await reasonOf(services.perform(revokeToken, { token: id }, commandLineActor))).toBe('not_found')
})
