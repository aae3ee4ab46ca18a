import { expect, test } from 'bun:test'
import list from '../../src/people/common-passwords.txt' with { type: 'text' }
import { commonPasswords } from '../../.ci/common-passwords.ts'

test('the list in the executable is what its source says, and more than the 3,000 of ASVS 6.2.4', async () => {
  expect(list).toBe(await commonPasswords())
  const passwords = list.split('\n').filter((line) => line !== '' && !line.startsWith('#  From'))
  expect(passwords.length).toBeGreaterThan(3000)
})
