import { expect, test } from 'bun:test'
import { providerKinds } from '../../../src/providers/kinds.ts'
import { everyField } from '../../support/typed-fields.ts'

test('only a person’s own password has a password field, and each says which password it is', async () => {
  const { fields } = await everyField()
  const passwords = fields.filter(({ type }) => type === 'password')
  const own = new Set(passwords.map(({ action, name, autocomplete }) => `${action} ${name} ${autocomplete}`))
  expect([...own].toSorted()).toEqual([
    '/admin/account/password current current-password',
    '/admin/account/password password new-password',
    '/admin/invitation password new-password',
    '/admin/new-password password new-password',
    '/admin/setup password new-password',
    '/admin/sign-in password current-password',
  ])
})

test('no other field is one that a browser fills in with what somebody signs in with', async () => {
  const { fields } = await everyField()
  // No browser fills in a file.
  const others = fields.filter(({ type, name }) => !['password', 'file'].includes(type) && name !== 'email')
  expect(others.length).toBeGreaterThan(30)
  expect(others.filter(({ autocomplete }) => !['off', 'one-time-code'].includes(autocomplete ?? ''))).toEqual(
    [],
  )
})

test('every credential of every provider is entered in a masked field that no password manager knows', async () => {
  const { fields, provider } = await everyField()
  for (const kind of providerKinds)
    for (const { name } of kind.credentials) {
      const found = fields.filter((field) => field.action === provider(kind.name) && field.name === name)
      expect(found.length).toBeGreaterThan(0)
      for (const { type, autocomplete, className } of found)
        expect([kind.name, name, type, autocomplete, className]).toEqual([
          kind.name,
          name,
          'text',
          'off',
          'masked',
        ])
    }
})
