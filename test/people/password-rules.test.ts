import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import list from '../../src/people/common-passwords.txt' with { type: 'text' }
import { passwordFlaw } from '../../src/people/password-rules.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { allowSetup, createOperator, linkTo, operator, postForm, textOf } from '../support/page.ts'
import { tokenHash } from '../../src/keys/token.ts'
import { atOnce } from '../../src/work.ts'

const email = 'jane.doe+calls@lighthouse.co.uk'
const common = list.split('\n').filter((line) => line !== '' && !line.startsWith('# From'))

test('every common password is refused, in whatever case', () => {
  expect(common.filter((password) => passwordFlaw(password, email) === undefined)).toEqual([])
  fc.assert(
    fc.property(fc.constantFrom(...common), fc.infiniteStream(fc.boolean()), (password, isUpper) => {
      const varied = [...password].map((letter) =>
        isUpper.next().value ? letter.toUpperCase() : letter.toLowerCase(),
      )
      expect(passwordFlaw(varied.join(''), email)).toContain('most common')
    }),
  )
})

test.each([
  ['eleven letters', 'elevenlette', 'at least 12 characters'],
  ['a common one in full-width letters', 'ｑｗｅｒｔｙｑｗｅｒｔｙ', 'most common'],
  ['the product', 'my CallGate secret', '“callgate”'],
  ['a word before the @', 'something by JANE', 'email address'],
  ['a word of three letters before the @', 'something by DOE', undefined],
  ['a longer word before the @', 'all the calls of today', 'email address'],
  ['the domain', 'at the LightHouse 1', 'email address'],
  ['the line of the list that says where it is from', common.join('\n').slice(0, 200), undefined],
  ['the top-level domain', 'uk and co and com too', undefined],
  ['a good one', 'correct horse battery', undefined],
  ['1,024 characters', 'ab '.repeat(341) + 'c', undefined],
  ['1,025 characters', 'ab '.repeat(341) + 'cd', 'at most 1,024 characters'],
])('%s', (_what, password, flaw) => {
  if (flaw === undefined) expect(passwordFlaw(password, email)).toBeUndefined()
  else expect(passwordFlaw(password, email)).toContain(flaw)
})

const long = 'ab '.repeat(341) + 'cd'
const refused = [
  ['callgate is my gate', 'must not contain “callgate”'],
  ['qwertyqwerty', 'most common'],
  ['an example of a password', 'email address'],
  [long, 'at most 1,024 characters'],
] as const

/** The forms that set a password, and whether they still can afterwards. */
const forms: Record<string, (gate: Gate) => Promise<(password: string) => Promise<Response>>> = {
  setup: async (gate) => {
    const token = allowSetup(gate)
    return (password) => postForm(gate, '/admin/setup', { ...operator, token, password })
  },
  invitation: async (gate) => {
    atOnce(gate.services.invitations.add(linkTo({ hash: tokenHash('invited'), createdAt: gate.clock.now() })))
    return (password) => postForm(gate, '/admin/invitation', { token: 'invited', password })
  },
  'new password': async (gate) => {
    await createOperator(gate)
    const { id: personId, email: own } = atOnce(gate.services.people.findByEmail(operator.email))!
    const link = { hash: tokenHash('reset'), createdAt: gate.clock.now(), personId, email: own }
    atOnce(gate.services.invitations.add(linkTo(link)))
    return (password) => postForm(gate, '/admin/new-password', { token: 'reset', password })
  },
  account: async (gate) => {
    const { post } = await createOperator(gate)
    return (password) => post('/admin/account/password', { current: operator.password, password })
  },
}

describe('a form refuses a password that is not allowed, says why, and then takes a good one:', () => {
  test.each(Object.entries(forms))('%s', async (_name, prepare) => {
    const send = await prepare(createGate())
    for (const [password, reason] of refused) {
      const response = await send(password)
      expect([response.status, await textOf(response)]).toEqual([422, expect.stringContaining(reason)])
    }
    expect((await send('a quiet long passphrase')).status).toBe(303)
  })
})

test('no field cuts a pasted password, and a longer one than any account has is refused, not cut and checked', async () => {
  const gate = createGate()
  const longest = long.slice(0, 1024)
  await createOperator(gate, longest)
  const page = await (await gate.request('/admin/sign-in')).text()
  expect(/<input[^>]*type="password"[^>]*>/.exec(page)?.[0]).not.toContain('maxlength')
  const signIn = (password: string) => postForm(gate, '/admin/sign-in', { ...operator, password })
  for (let again = 0; again < 5; again++) {
    const response = await signIn(`${longest}d`)
    expect([response.status, await textOf(response)]).toEqual([
      422,
      expect.stringContaining('at most 1,024 characters'),
    ])
  }
  expect((await signIn(longest)).status).toBe(303)
})
