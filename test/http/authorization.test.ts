import { describe, expect, test } from 'bun:test'
import { mintToken, tokenHash } from '../../src/keys/token.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { createOperator } from '../support/page.ts'
import { everythingIn, expectRefusal } from '../support/refusal.ts'
import { atOnce } from '../../src/work.ts'

const send = (gate: Gate, authorization: string | Headers | undefined, query = '') => {
  const headers = authorization instanceof Headers ? authorization : new Headers()
  if (typeof authorization === 'string') headers.set('authorization', authorization)
  return gate.request(`/api/v1/key${query}`, { headers })
}

const expectWindowUntouched = ({ services, production, clock }: Gate) =>
  expect(services.windows.peek(production.id, 100, clock.monotonic()).remaining).toBe(100)

/** Words long enough to be a secret, whole or in part. */
const secretsOf = (presented: string) =>
  presented.split(/[\s,]+/).filter((word) => word.length > 8 && word.toLowerCase() !== 'bearer')

const expectNoEcho = async (response: Response, ...presented: string[]) => {
  const said = await everythingIn(response)
  for (const secret of presented.flatMap(secretsOf)) {
    expect(said).not.toContain(secret)
    expect(said).not.toContain(secret.slice(-12))
  }
}

const changed = (key: string, at: number) =>
  key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1)

const refused: [what: string, code: string, header: (key: string) => string | undefined][] = [
  ['no header', 'missing_key', () => undefined],
  ['an empty header', 'missing_key', () => ''],
  ['a scheme without a key', 'missing_key', () => 'Bearer'],
  ['a scheme and a space without a key', 'missing_key', () => 'bearer '],
  ['Basic', 'wrong_scheme', () => `Basic ${btoa('user:password')}`],
  ['Basic with a key as password', 'wrong_scheme', (key) => `Basic ${btoa(`:${key}`)}`],
  ['a key without a scheme', 'wrong_scheme', (key) => key],
  ['a scheme that only begins like Bearer', 'wrong_scheme', (key) => `Bearerish ${key}`],
  ['a scheme glued to its key', 'wrong_scheme', (key) => `Bearer${key}`],
  ['a scheme followed by a colon', 'wrong_scheme', (key) => `Bearer: ${key}`],
  ['a quoted scheme', 'wrong_scheme', (key) => `"Bearer ${key}"`],
  ['two spaces', 'malformed_key', (key) => `Bearer  ${key}`],
  ['a tab', 'malformed_key', (key) => `Bearer\t${key}`],
  ['a space inside the key', 'malformed_key', (key) => `Bearer ${key.slice(0, 20)} ${key.slice(20)}`],
  ['one character too many', 'malformed_key', (key) => `Bearer ${key}x`],
  ['a trailing semicolon', 'malformed_key', (key) => `Bearer ${key};`],
  ['a trailing parameter', 'malformed_key', (key) => `Bearer ${key}, realm="x"`],
  ['quotes', 'malformed_key', (key) => `Bearer "${key}"`],
  ['one character too few', 'malformed_key', (key) => `Bearer ${key.slice(0, -1)}`],
  ['half a key', 'malformed_key', (key) => `Bearer ${key.slice(0, 23)}`],
  ['a changed random character', 'malformed_key', (key) => `Bearer ${changed(key, 20)}`],
  ['a changed checksum character', 'malformed_key', (key) => `Bearer ${changed(key, 45)}`],
  ['a key in capitals', 'malformed_key', (key) => `Bearer ${key.toUpperCase()}`],
  ['a key without its prefix', 'malformed_key', (key) => `Bearer ${key.slice('bvai_sk_'.length)}`],
  ['another service’s prefix', 'malformed_key', (key) => `Bearer sk_live_${key.slice('bvai_sk_'.length)}`],
  ['two keys with a comma', 'malformed_key', (key) => `Bearer ${key},${key}`],
  ['two credentials with a comma', 'malformed_key', (key) => `Bearer ${key}, Bearer ${key}`],
  ['the scheme twice', 'malformed_key', (key) => `Bearer Bearer ${key}`],
  ['8-bit bytes', 'malformed_key', (key) => `Bearer ${key.slice(0, 20)}\u00e9\u00ff${key.slice(22)}`],
  ['a no-break space', 'malformed_key', (key) => `Bearer \u00a0${key}`],
  ['16 KB', 'malformed_key', (key) => `Bearer ${key.padEnd(16 * 1024, 'x')}`],
  ['the stored hash', 'malformed_key', (key) => `Bearer ${tokenHash(key)}`],
  ['the stored hash behind the prefix', 'malformed_key', (key) => `Bearer bvai_sk_${tokenHash(key)}`],
  ['as much of the hash as fits', 'malformed_key', (key) => `Bearer bvai_sk_${tokenHash(key).slice(0, 38)}`],
  ['a well-formed key that was never issued', 'invalid_key', () => `Bearer ${mintToken()}`],
]

describe('refuses, echoes nothing and takes nothing from the window for', () => {
  test.each(refused)('%s: %s', async (_what, code, header) => {
    const gate = createGate()
    const presented = header(gate.key)
    const response = await send(gate, presented)
    await expectNoEcho(response, gate.key, presented ?? '')
    await expectRefusal(response, 401, code)
    expectWindowUntouched(gate)
  })
})

test.each(['Bearer', 'bearer', 'BEARER', 'BeArEr'])('admits the scheme written %s', async (scheme) => {
  const gate = createGate()
  expect((await send(gate, `${scheme} ${gate.key}`)).status).toBe(200)
})

test('refuses two Authorization headers even when both are right', async () => {
  const gate = createGate()
  const headers = new Headers()
  headers.append('authorization', `Bearer ${gate.key}`)
  headers.append('authorization', `Bearer ${gate.key}`)
  const response = await send(gate, headers)
  await expectNoEcho(response, gate.key)
  await expectRefusal(response, 401, 'malformed_key')
  expectWindowUntouched(gate)
})

test('says of an unknown key exactly: Invalid API key', async () => {
  const { sentence } = await expectRefusal(
    await send(createGate(), `Bearer ${mintToken()}`),
    401,
    'invalid_key',
  )
  expect(sentence).toBe('Invalid API key')
})

test('tells the holder of a rotated key when it was replaced, and admits the new one', async () => {
  const gate = createGate()
  await gate.clock.advance(10_000)
  const fresh = gate.issue()
  await gate.clock.advance(5_000)
  const response = await send(gate, `Bearer ${gate.key}`)
  await expectNoEcho(response, gate.key)
  const { sentence } = await expectRefusal(response, 401, 'rotated_key')
  expect(sentence).toBe('Invalid API key. It was replaced on 2026-01-15T12:00:10.000Z.')
  expectWindowUntouched(gate)
  expect((await send(gate, `Bearer ${fresh}`)).status).toBe(200)
})

test('authenticates before it looks at a body, a path parameter or a method', async () => {
  const gate = createGate()
  const post = (path: string) => gate.request(path, { method: 'POST', body: '{' })
  await expectRefusal(await post('/api/v1/calls/trigger'), 401, 'missing_key')
  await expectRefusal(await post('/api/v1/calls/not-an-id/end'), 401, 'missing_key')
  await expectRefusal(await gate.request('/api/v1/calls/trigger'), 401, 'missing_key')
})

describe('a key in the wrong place is never kept:', () => {
  const holdsKey = ({ database }: Gate, key: string) => Buffer.from(database.sqlite.serialize()).includes(key)

  test.each<[what: string, body: (key: string) => object]>([
    ['the name', (key) => ({ name: `Jane ${key}` })],
    ['the e-mail address', (key) => ({ email: `${key}@example.com` })],
    ['a value of the metadata', (key) => ({ metadata: { deep: [{ key }] } })],
    ['a name in the metadata', (key) => ({ metadata: { [key]: true } })],
  ])('as %s of a call it is refused', async (_what, body) => {
    const gate = createGate()
    const response = await gate.postJson('/api/v1/calls/trigger', {
      phone_number: '+15551234500',
      ...body(gate.key),
    })
    await expectNoEcho(response, gate.key)
    await expectRefusal(response, 400, 'invalid_body')
    expect(holdsKey(gate, gate.key)).toBe(false)
  })

  test('as a User-Agent it is left out of the list of who used it', async () => {
    const gate = createGate()
    for (const userAgent of [gate.key, `dialler ${gate.key}/1.0`, `Bearer ${gate.key}`])
      await gate.authorized('/api/v1/key', { headers: { 'user-agent': userAgent } })
    await gate.trigger('00', gate.issue())
    await gate.authorized('/api/v1/key', { headers: { 'user-agent': gate.key } })
    atOnce(gate.services.usage.flush())
    expect(holdsKey(gate, gate.key)).toBe(false)
    expect(holdsKey(gate, 'dialler')).toBe(true)
  })

  test('in a form it is refused, whatever the form is for', async () => {
    const gate = createGate()
    const { post } = await createOperator(gate)
    const agents = `/admin/agencies/${gate.agency.id}/agents`
    for (const fields of [{ name: gate.key }, { name: 'Bea', provider: 'vapi', ref: `x ${gate.key}` }]) {
      const response = await post(agents, fields)
      expect(response.status).toBe(400)
      expect(await response.text()).not.toContain(gate.key)
    }
    expect(holdsKey(gate, gate.key)).toBe(false)
  })
})

describe('a key in the URL', () => {
  const exposedAt = ({ database }: Gate, key: string) =>
    database.sqlite
      .query<{ exposed_at: number | null }, [string]>('select exposed_at from keys where hash = ?')
      .get(tokenHash(key))?.exposed_at

  const percentEncoded = (key: string) =>
    key.replaceAll(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`)

  const queries: [what: string, query: (key: string) => string][] = [
    ['as api_key', (key) => `?api_key=${key}`],
    ['as access_token', (key) => `?access_token=${key}`],
    ['as a parameter of any name, behind others', (key) => `?limit=5&status=busy&q=${key}`],
    ['as a name', (key) => `?${key}`],
    ['as a name with a value', (key) => `?${key}=1`],
    ['with encoded underscores', (key) => `?key=${key.replaceAll('_', '%5F')}`],
    ['encoded throughout', (key) => `?key=${percentEncoded(key)}`],
    ['behind its scheme', (key) => `?authorization=Bearer%20${key}`],
    ['repeated', (key) => `?key=x&key=${key}`],
  ]

  test.each(queries)('is refused and noted as exposed when it comes %s', async (_what, query) => {
    const gate = createGate()
    const response = await send(gate, undefined, query(gate.key))
    await expectNoEcho(response, gate.key)
    await expectRefusal(response, 400, 'key_in_url')
    expect(exposedAt(gate, gate.key)).toBe(gate.clock.now())
  })

  test.each(queries)('is refused beside a right header when it comes %s', async (_what, query) => {
    const gate = createGate()
    const response = await send(gate, `Bearer ${gate.key}`, query(gate.key))
    await expectNoEcho(response, gate.key)
    await expectRefusal(response, 400, 'key_in_url')
    expectWindowUntouched(gate)
  })

  const anywhere: [method: string, target: (key: string) => string][] = [
    ['GET', (key) => `/api/v1/calls/${key}`],
    ['GET', (key) => `/api/v1/calls/${percentEncoded(key)}`],
    ['GET', (key) => `/${key}`],
    ['GET', (key) => `/nowhere/x-${key}.json?a=%zz`],
    ['POST', (key) => `/api/v1/calls/trigger?key=${key}`],
    ['GET', (key) => `/admin/sign-in?next=${key}`],
    ['GET', (key) => `/admin/agencies/${key}`],
    ['GET', (key) => `/docs/api?q=${key}`],
    ['GET', (key) => `/openapi.json?api_key=${key}`],
    ['POST', (key) => `/hooks/vapi/${key}`],
    ['POST', (key) => `/leaks?key=${key}`],
    ['POST', (key) => `/api/admin/v1/${key}`],
    ['GET', (key) => `/healthz?key=${key}`],
    ['GET', (key) => `/metrics?key=${key}`],
  ]

  test.each(anywhere)(
    'is refused and noted on every path and with every method: %s %p',
    async (method, target) => {
      const gate = createGate()
      const response = await gate.request(target(gate.key), { method })
      await expectNoEcho(response, gate.key)
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('An API key was sent in the URL.')
      expect(exposedAt(gate, gate.key)).toBe(gate.clock.now())
    },
  )

  test('is looked up three times at most', async () => {
    const gate = createGate()
    const wrong = Array.from({ length: 3 }, () => mintToken())
    for (const [keys, at] of [
      [[...wrong, gate.key], null],
      [[...wrong.slice(1), gate.key], gate.clock.now()],
    ] as const) {
      await expectRefusal(await send(gate, undefined, `?k=${keys.join('&k=')}`), 400, 'key_in_url')
      expect(exposedAt(gate, gate.key)).toBe(at)
    }
  })

  test('is told of the route that it came to, without the key', async () => {
    const gate = createGate()
    await gate.request(`/api/v1/calls/${gate.key}`)
    await gate.request(`/nowhere/${gate.key}`)
    const routes = atOnce(gate.services.usage.refusals(gate.production.id)).map(({ route }) => route)
    expect(routes).toEqual(expect.arrayContaining(['GET /api/v1/calls/:call_id', 'GET ']))
  })

  test('is not looked for in a URL above 8 KB, which is refused unread, on every path', async () => {
    const gate = createGate()
    for (const path of ['/api/v1/key', '/admin/sign-in', '/nowhere', '/healthz']) {
      const origin = 'http://localhost'.length
      const filled = (length: number) => `${path}?${'a=%20&'.repeat(1000)}`.padEnd(length - origin, 'x')
      expect((await gate.request(filled(8192))).status).not.toBe(414)
      expect((await gate.request(filled(8193))).status).toBe(414)
    }
    const long = `/api/v1/key?k=${gate.key}&${'a=1&'.repeat(15_000)}`
    await expectRefusal(await gate.authorized(long), 414, 'url_too_long')
    expect(exposedAt(gate, gate.key)).toBeNull()
  })

  test('is refused also when it was never issued or is not whole', async () => {
    const gate = createGate()
    for (const query of [`?key=${mintToken()}`, '?key=bvai_sk_', `?key=${gate.key.slice(0, -1)}`])
      await expectRefusal(await send(gate, `Bearer ${gate.key}`, query), 400, 'key_in_url')
    expect(exposedAt(gate, gate.key)).toBeNull()
  })

  test('stays admitted in the header, and keeps the time of its first exposure', async () => {
    const gate = createGate()
    const first = gate.clock.now()
    await send(gate, undefined, `?key=${gate.key}`)
    await gate.clock.advance(1000)
    await send(gate, undefined, `?key=${gate.key}`)
    expect(exposedAt(gate, gate.key)).toBe(first)
    expect((await send(gate, `Bearer ${gate.key}`)).status).toBe(200)
  })

  test('is refused all the same when the disk cannot note it', async () => {
    const gate = createGate()
    gate.database.sqlite.run('PRAGMA query_only = ON')
    await expectRefusal(await send(gate, undefined, `?key=${gate.key}`), 400, 'key_in_url')
  })

  test('leaves the exposure of other keys alone', async () => {
    const gate = createGate()
    const staging = gate.issue(gate.environment('staging').id)
    await send(gate, `Bearer ${staging}`, `?key=${gate.key}`)
    expect(exposedAt(gate, staging)).toBeNull()
  })
})
