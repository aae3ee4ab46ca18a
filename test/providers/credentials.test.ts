import { expect, test } from 'bun:test'
import { checkAccount } from '../../src/providers/credentials.ts'
import { findKind, providerKinds } from '../../src/providers/kinds.ts'
import type { ProviderKind } from '../../src/calls/provider.ts'
import { vapi } from '../../src/providers/vapi.ts'

const publicOnly = { allowPrivate: false }
const sid = `AC${'0123456789abcdef'.repeat(2)}`
const vapiKey = '4a170597-0f2b-4f0e-9d0b-3d3f6f1b2c11'
const own = 'https://gateway.example'
const password = 'correct-horse-battery-staple'
const hook = 'a-secret-of-24-characters'
test.each<[string, string, Record<string, string>, string | null, boolean]>([
  ['a key of Vapi', 'vapi', { api_key: vapiKey, hook_secret: hook }, null, true],
  [
    'a token signed with one',
    'vapi',
    { api_key: 'eyJhbGci.eyJvcmdJ.c2lnbmF0', hook_secret: hook },
    null,
    true,
  ],
  ['a password for Vapi', 'vapi', { api_key: password, hook_secret: hook }, null, false],
  [
    'one for a region of Vapi',
    'vapi',
    { api_key: password, hook_secret: hook },
    'https://api.eu.vapi.ai',
    false,
  ],
  ['a key of a gateway before Vapi', 'vapi', { api_key: password, hook_secret: hook }, own, true],
  ['a key of a look-alike', 'vapi', { api_key: password, hook_secret: hook }, 'https://notvapi.ai', true],
  ['a key of Retell', 'retell', { api_key: 'key_0123456789abcdef01234567' }, null, true],
  ['a password for Retell', 'retell', { api_key: password }, null, false],
  [
    'one to verify with',
    'retell',
    { api_key: 'key_0123456789abcdef01234567', hook_key: password },
    null,
    false,
  ],
  ['an account of Twilio', 'twilio', { account_sid: sid, auth_token: hook }, null, true],
  ['no account of Twilio', 'twilio', { account_sid: password, auth_token: hook }, own, false],
  ['a phrase', 'twilio', { account_sid: sid, auth_token: 'correct horse battery' }, null, false],
  ['a phrase to verify with', 'bland', { api_key: 'x', hook_secret: 'correct horse battery' }, null, false],
  ['letters beyond ASCII', 'elevenlabs', { api_key: 'schlüssel', hook_secret: hook }, null, false],
  ['a line break', 'elevenlabs', { api_key: 'a\nb', hook_secret: hook }, null, false],
  ['no end of letters', 'bland', { api_key: 'x'.repeat(1025), hook_secret: hook }, null, false],
])('%s: its form is judged before anything is sent', (_, name, given, baseUrl, isTaken) => {
  const kind = findKind(name) as ProviderKind
  const { problems = [] } = checkAccount(kind, given, baseUrl, publicOnly)
  const said = problems.map(({ sentence }) => sentence).join(' ')
  expect(said.includes('has the wrong format: ')).toBe(!isTaken)
  expect(said).not.toContain('horse')
})

test('every secret by which reports are believed has 24 characters at least, at every provider, once it is new', () => {
  for (const kind of providerKinds) {
    const proving = kind.credentials.filter(({ provesReports }) => provesReports)
    expect(proving.length).toBeGreaterThan(0)
    for (const { name } of proving) {
      const formOf = (value: string, earlier?: string) =>
        (
          checkAccount(kind, earlier === undefined ? { [name]: value } : {}, own, publicOnly, {
            credentials: { [name]: earlier ?? '' },
            baseUrl: own,
          }).problems ?? []
        ).filter(({ field, sentence }) => field === `credential.${name}` && sentence.includes('wrong format'))
      const least = name === 'hook_secret' && kind.name === 'http' ? 'whsec_' : ''
      expect(formOf(`${least}${'x'.repeat(23 - least.length)}`)).toHaveLength(1)
      expect(formOf('', 'short')).toEqual([])
    }
  }
  expect(checkAccount(vapi, { api_key: vapiKey, hook_secret: 'x'.repeat(23) }, null, publicOnly)).toEqual({
    problems: [
      {
        field: 'credential.hook_secret',
        sentence: 'The credential hook_secret has the wrong format: it must have at least 24 characters.',
      },
    ],
  })
})

const token = { account_sid: sid, auth_token: hook }
const agents = { api_key: 'x', hook_secret: hook }
test.each([
  ['twilio', token, 'api_key_sid', `SK${'0'.repeat(32)}`, 'api_key_secret'],
  ['twilio', token, 'api_key_secret', 'secret', 'api_key_sid'],
  ['elevenlabs', agents, 'twilio_account_sid', sid, 'twilio_auth_token'],
  ['elevenlabs', agents, 'twilio_auth_token', 'secret', 'twilio_account_sid'],
])('at %s, %j and %s mean nothing without their other half', (provider, others, name, value, other) => {
  const kind = findKind(provider) as ProviderKind
  const half = checkAccount(kind, { ...others, [name]: value }, null, publicOnly)
  expect(half.problems).toEqual([
    { field: `credential.${other}`, sentence: `${kind.title} needs the credential ${other} with ${name}.` },
  ])
})

test('what is kept is not judged again', () => {
  const earlier = { credentials: { api_key: vapiKey, hook_secret: 'an old phrase' }, baseUrl: null }
  expect(checkAccount(vapi, { api_key: vapiKey }, null, publicOnly, earlier).problems).toBeUndefined()
})

test('every credential says where to find it, and links to its vendor’s own page', () => {
  const vendors = /^(?:[a-z]+\.)?(?:vapi\.ai|retellai\.com|bland\.ai|elevenlabs\.io|twilio\.com)$/
  for (const { name, credentials } of providerKinds)
    for (const { description, find } of credentials) {
      expect(description).toMatch(/^[A-Z].*\.$/)
      expect(find.where).toMatch(/^[A-Z].*\.$/)
      // One’s own dialler has no vendor.
      expect(find.page === undefined).toBe(name === 'http')
      if (find.page !== undefined)
        expect(new URL(find.page)).toMatchObject({ protocol: 'https:', host: expect.stringMatching(vendors) })
    }
})
