import { expect, test } from 'bun:test'
import { SealBroken, Vault } from '../../src/storage/vault.ts'

const secret = 'a secret for tests, of 32 or more'
const plain = '{"api_key":"sk-very-secret"}'

test('what is sealed opens again, and looks different every time', () => {
  const vault = new Vault(secret)
  const sealed = vault.seal(plain, ['account', '1', 'https://a.example'])
  expect(vault.open(sealed, ['account', '1', 'https://a.example'])).toBe(plain)
  expect(vault.seal(plain, ['account', '1', 'https://a.example'])).not.toBe(sealed)
  expect(sealed).not.toContain('secret')
})

test('another secret, another binding or one changed bit opens nothing', () => {
  const vault = new Vault(secret)
  const sealed = vault.seal(plain, ['account', '1', 'https://a.example'])
  expect(() => new Vault(`${secret}!`).open(sealed, ['account', '1', 'https://a.example'])).toThrow(
    SealBroken,
  )
  expect(() => vault.open(sealed, ['account', '1', 'https://b.example'])).toThrow(SealBroken)
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    expect(() =>
      vault.open(`v2.${changed.toString('base64url')}`, ['account', '1', 'https://a.example']),
    ).toThrow(SealBroken)
  }
})

test.each(['', 'v2', 'v2.', 'v2.AAAA', 'v1.AAAA', 'plain text'])('%p was never sealed', (text) => {
  expect(() => new Vault(secret).open(text, ['account', '1', 'https://a.example'])).toThrow(SealBroken)
})
