import { expect, test } from 'bun:test'
import { readConfig } from '../../src/config.ts'
import { inviteToNewPassword } from '../../src/people/invitation.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { postTo } from '../support/operator.ts'
import { enter, operator } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

const hour = 60 * 60_000
const day = 24 * hour
const perHour = 50
const home = '198.51.100.7'
const password = operator.password
const cheap = { algorithm: 'bcrypt', cost: 4 } as const

/** An account whose password is sooner checked than one of argon2id. */
const openAccount = async (gate: Gate, address: string | null = home) => {
  const { person } = enter(gate, { role: 'operator', email: operator.email })
  gate.database.sqlite.run('update people set password_hash = ?', [await Bun.password.hash(password, cheap)])
  atOnce(gate.services.sessions.open(person.id, { request: new Request('http://localhost'), address }))
  return person
}
const signIn = (gate: Gate, address: string, given = password, email = operator.email) =>
  gate.services.passwords.signIn(email, given, address)
const guess = async (gate: Gate, count: number, email = operator.email) => {
  const results = []
  for (let number = 0; number < count; number++)
    results.push(await signIn(gate, `203.0.113.${number}`, 'not the password', email))
  return results.filter((result) => 'retryAfterSeconds' in result)
}

test('an account takes 50 attempts an hour of all addresses together that never signed in to it', async () => {
  const gate = createGate()
  await openAccount(gate)
  expect(await guess(gate, perHour)).toEqual([])
  expect(await guess(gate, 5)).toEqual(
    Array.from({ length: 5 }, () => ({ refused: true, retryAfterSeconds: hour / 1000 })),
  )
  expect(await signIn(gate, '192.0.2.9')).toMatchObject({ retryAfterSeconds: hour / 1000 })
  await gate.clock.advance(hour)
  expect(await signIn(gate, '192.0.2.9')).toHaveProperty('person')
})

test('so does one that does not exist, which nobody can tell by it', async () => {
  const gate = createGate()
  await openAccount(gate)
  expect(await guess(gate, perHour, 'nobody@example.com')).toEqual([])
  expect(await guess(gate, 1, 'nobody@example.com')).toHaveLength(1)
}, 20_000)

test('using them up keeps the owner out of no address that signed in, also after a restart', async () => {
  using directory = temporaryDirectory()
  const first = createGate({ path: directory.database })
  await openAccount(first)
  first.services.halt()
  first.database.close()
  const gate = createGate({ path: directory.database })
  await guess(gate, perHour)
  expect(await signIn(gate, '192.0.2.9')).toHaveProperty('refused')
  expect(await signIn(gate, home)).toHaveProperty('person')
  gate.services.halt()
  gate.database.close()
})

test('nor out of a new one with a link to a new password, after which that one is known too', async () => {
  const { trustedProxies } = readConfig({ CALLGATE_TRUSTED_PROXIES: '127.0.0.1' }, false)
  const gate = createGate({ trustedProxies })
  const person = await openAccount(gate)
  await guess(gate, perHour)
  const { server } = gate.app.listen({ hostname: '127.0.0.1', port: 0 })
  const url = String(server?.url).replace(/\/$/, '')
  const from = { 'x-forwarded-for': '192.0.2.9' }
  const changed = 'a good new passphrase'
  const enters = async (given: string) =>
    (await postTo(url, '/admin/sign-in', { ...operator, password: given }, from)).status
  try {
    expect(await enters(password)).toBe(429)
    const { invitations } = gate.services
    const { link } = atOnce(inviteToNewPassword(invitations, person, commandLineActor, '', gate.clock.now()))
    const fields = { token: link.split('#')[1] ?? '', password: changed }
    expect((await postTo(url, '/admin/new-password', fields, from)).status).toBe(303)
    expect(await enters(changed)).toBe(303)
  } finally {
    await gate.app.stop(true)
  }
})

test('the /64 of an IPv6 address is known with it, and its /48 is not', async () => {
  const gate = createGate()
  await openAccount(gate, '2001:db8:1:2::a')
  await guess(gate, perHour)
  expect(await signIn(gate, '2001:db8:1:2::b')).toHaveProperty('person')
  expect(await signIn(gate, '2001:db8:1:3::a')).toHaveProperty('refused')
})

test('an address is stored as a keyed hash only, 50 for each person, for 90 days after its last use', async () => {
  const gate = createGate()
  const person = await openAccount(gate)
  const other = enter(gate, {}).person
  const { knownAddresses, oldRows, people } = gate.services
  const stored = () => gate.database.sqlite.query('select * from known_addresses').all()
  const bare = new Bun.CryptoHasher('sha256').update(`${person.id} ${home}`).digest('hex')
  expect(JSON.stringify(stored())).not.toContain(home)
  expect(JSON.stringify(stored())).not.toContain(bare)
  for (let number = 1; number <= 60; number++)
    atOnce(knownAddresses.remember(person.id, `192.0.2.${number}`, gate.clock.now() + number))
  atOnce(knownAddresses.remember(other.id, home, gate.clock.now()))
  expect(stored()).toHaveLength(51)
  const known = (number: number) => atOnce(knownAddresses.has(person.id, `192.0.2.${number}`))
  expect([known(10), known(11), known(60), atOnce(knownAddresses.has(other.id, '192.0.2.60'))]).toEqual([
    false,
    true,
    true,
    false,
  ])
  await gate.clock.advance(90 * day + 30)
  atOnce(oldRows.knownAddresses(gate.clock.now() - 90 * day, 100))
  expect([known(29), known(30), known(60)]).toEqual([false, true, true])
  atOnce(people.remove(person))
  atOnce(people.remove({ ...person, role: 'admin' }))
  expect(stored()).toEqual([])
})
