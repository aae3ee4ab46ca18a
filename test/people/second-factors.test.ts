import { expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import { newRecoveryCodes, recoveryCodeHash } from '../../src/people/recovery-codes.ts'
import { newTotpSecret } from '../../src/people/totp.ts'
import { createFactorStore } from '../../src/storage/factors.ts'
import { sealedTexts } from '../../src/storage/seals.ts'
import { Vault } from '../../src/storage/vault.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { enter } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

const step = 30_000
const here = '198.51.100.7'

/** A person with an authenticator app and recovery codes. */
const open = () => {
  const gate = createGate()
  const { person } = enter(gate, { role: 'operator' })
  const { factors, secondFactors } = gate.services
  const secret = newTotpSecret()
  const factor = { id: crypto.randomUUID(), personId: person.id, name: 'Phone', createdAt: gate.clock.now() }
  atOnce(factors.addTotp(factor, secret, 0))
  const codes = newRecoveryCodes()
  atOnce(factors.setRecoveryCodes(person.id, codes.map(recoveryCodeHash)))
  const codeAt = (offsetMs = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: gate.clock.now() + offsetMs })
  const wrong = () => (codeAt() === '000000' ? '000001' : '000000')
  const check = (code: string, address = here) => atOnce(secondFactors.check(person, code, address))
  return { gate, person, factors, secret, factor, codes, codeAt, wrong, check, secondFactors }
}

test('a code is accepted once, and no code of an earlier step after it', async () => {
  const { gate, check, codeAt, factor } = open()
  const [code, before] = [codeAt(), codeAt(-step)]
  expect(check(code)).toMatchObject({ used: { id: factor.id, name: 'Phone' } })
  expect(check(code)).toEqual({ refused: true })
  expect(check(before)).toEqual({ refused: true })
  await gate.clock.advance(step)
  expect(check(codeAt())).toHaveProperty('used')
})

test('the next code of a clock that is ahead is accepted, and once too', async () => {
  const { gate, check, codeAt } = open()
  const next = codeAt(step)
  expect(check(next)).toHaveProperty('used')
  await gate.clock.advance(step)
  expect(check(next)).toEqual({ refused: true })
})

test('a recovery code is accepted once, of its own person only, and not where a code of the app is asked for', () => {
  const { gate, check, codes, person, secondFactors } = open()
  const [code = ''] = codes
  const { person: other } = enter(gate, { role: 'operator' })
  expect(atOnce(secondFactors.check(other, code, here))).toEqual({ refused: true })
  expect(atOnce(secondFactors.check(person, code, here, { recovery: false }))).toEqual({ refused: true })
  expect([check(code.toUpperCase()), check(code)]).toEqual([{ used: 'recovery code' }, { refused: true }])
})

test('every wrong code after the second doubles the wait of its address, and of no other', async () => {
  const { gate, check, codeAt, wrong } = open()
  const waits: number[] = []
  while (waits.length < 8) {
    const result = check(wrong())
    if (!('refused' in result)) throw new Error('it was not refused')
    if (result.retryAfterSeconds === undefined) continue
    waits.push(result.retryAfterSeconds)
    await gate.clock.advance(result.retryAfterSeconds * 1000)
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  expect(check(codeAt(), '203.0.113.9')).toHaveProperty('used')
})

test('of guesses from everywhere, 20 an hour are looked at; the owner still has a known address and recovery codes', async () => {
  const { gate, check, codeAt, codes, person, wrong } = open()
  atOnce(gate.services.knownAddresses.remember(person.id, here, gate.clock.now()))
  const guesses = Array.from({ length: 40 }, (_, number) => check(wrong(), `203.0.113.${number}`))
  expect(guesses.filter((guess) => 'retryAfterSeconds' in guess)).toHaveLength(20)
  expect(check(codeAt(), '203.0.113.99')).toHaveProperty('retryAfterSeconds')
  expect(check(codeAt())).toHaveProperty('used')
  expect(check(codes[0] ?? '', '203.0.113.98')).toHaveProperty('used')
})

test('the secret of an app and recovery codes are nowhere in the database, and open for no other person', () => {
  const { gate, secret, codes, factors, person } = open()
  const stored = ['factors', 'recovery_codes'].map((table) =>
    gate.database.sqlite.query(`select * from ${table}`).all(),
  )
  for (const text of [secret, ...codes]) expect(JSON.stringify(stored)).not.toContain(text)
  const { person: other } = enter(gate, { role: 'operator' })
  gate.database.sqlite.run('update factors set person_id = ? where person_id = ?', [other.id, person.id])
  expect(() => atOnce(factors.totpSecrets(other.id))).toThrow('cannot be decrypted')
})

test('the password alone makes no address known to an account with a second factor, and the whole sign-in does', () => {
  const { gate, person } = open()
  const { knownAddresses, sessions } = gate.services
  const request = new Request('http://localhost')
  const cookie = atOnce(sessions.open(person.id, { request, address: here })).split(';')[0] ?? ''
  expect(atOnce(knownAddresses.has(person.id, here))).toBe(false)
  const found = atOnce(sessions.find(new Request('http://localhost', { headers: { cookie } })))
  if (!found) throw new Error('there is no session')
  atOnce(sessions.renew(found, { hasFactor: false }))
  expect(atOnce(knownAddresses.has(person.id, here))).toBe(false)
  atOnce(sessions.renew(found, { hasFactor: true }))
  expect(atOnce(knownAddresses.has(person.id, here))).toBe(true)
})

test('the secret of an app is among all that is sealed, and opens under a new secret once it is sealed anew', () => {
  const { gate, person, secret } = open()
  const [old, fresh] = [new Vault(testSecret), new Vault('another secret for tests, of 32 or more')]
  const texts = sealedTexts(gate.database.sqlite)
  expect(texts.map(({ name }) => name)).toContain(`authenticator app of ${person.email}`)
  for (const { sealed, binding, replace } of texts) replace(fresh.seal(old.open(sealed, binding), binding))
  const factors = createFactorStore(gate.database, fresh)
  expect(atOnce(factors.totpSecrets(person.id))).toMatchObject([{ secret }])
})
