import { expect, test } from 'bun:test'
import { newRecoveryCodes, recoveryCodeHash } from '../../src/people/recovery-codes.ts'

test('there are ten, each of 120 bits, and none is made twice', () => {
  const made = Array.from({ length: 1000 }, newRecoveryCodes).flat()
  expect(new Set(made).size).toBe(10_000)
  const letters = '[0-9abcdefghjkmnpqrstvwxyz]'
  for (const code of made) expect(code).toMatch(new RegExp(`^${letters}{6}(?:-${letters}{6}){3}$`))
})

test('a code is the same however it is typed, and another one is not', () => {
  const [code = '', other = ''] = newRecoveryCodes()
  const typed = [
    code.toUpperCase(),
    code.replaceAll('-', ''),
    ` ${code.replaceAll('-', ' ')} `,
    code.replaceAll('0', 'o').replaceAll('1', 'L'),
  ]
  expect(new Set([code, ...typed].map(recoveryCodeHash)).size).toBe(1)
  expect(recoveryCodeHash(other)).not.toBe(recoveryCodeHash(code))
  expect(recoveryCodeHash(code)).not.toContain(code.slice(0, 6))
})
