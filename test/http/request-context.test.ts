import { describe, expect, test } from 'bun:test'
import { readConfig } from '../../src/config.ts'
import { createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'

const ask = (host: string) => createGate().authorized('/api/v1/key', { headers: { host } })

// Two Host headers arrive joined by a comma.
test.each([
  'one.example, two.example',
  'one.example,one.example',
  'a b',
  'user@gate.example',
  'gate.example/path',
  'gate.example:',
  'gate.example:99999',
  '[::1',
  '<script>',
])('a request for the host %p is refused before its key is looked at', async (host) => {
  await expectRefusal(await ask(host), 400, 'invalid_host')
})

test.each(['gate.example', 'GATE.example.', 'gate.example:3000', '127.0.0.1', '[::1]:3000', 'my_host'])(
  'a request for the host %p is answered',
  async (host) => {
    expect((await ask(host)).status).toBe(200)
  },
)

describe('with a public URL', () => {
  const publicUrl = 'https://calls.example.com'
  const askFor = async (host: string, path = '/api/v1/key', gate = createGate({ publicUrl })) =>
    gate.authorized(path, { headers: { host } })

  test.each([
    'calls.example.com',
    'CALLS.example.com.:8443',
    'localhost:3000',
    'gate.localhost',
    '127.0.0.1',
    '127.1',
    '10.0.0.5:3000',
    '[::1]:3000',
    '[fd00::5]',
  ])('its own name, addresses and loopback names are served: %p', async (host) => {
    expect((await askFor(host)).status).toBe(200)
  })

  test.each([
    'evil.example',
    'calls.example.com.evil.example',
    'xcalls.example.com',
    'example.com',
    'gate.lan:3000',
    'localhost.evil.example',
    '127.0.0.1.nip.example',
  ])('another name is not: %p', async (host) => {
    await expectRefusal(await askFor(host), 421, 'misdirected_request')
    expect((await askFor(host, '/admin/sign-in')).status).toBe(421)
    expect((await askFor(host, '/openapi.json')).status).toBe(421)
  })

  test('one that was served before changes nothing for another', async () => {
    const gate = createGate({ publicUrl })
    for (const [host, status] of [
      ['calls.example.com', 200],
      ['evil.example', 421],
      ['calls.example.com', 200],
    ] as const)
      expect((await askFor(host, '/api/v1/key', gate)).status).toBe(status)
  })

  test('a health check may name what it likes, and a scraper with the token too', async () => {
    const gate = createGate({ publicUrl, metricsToken: 'a-token-for-tests' })
    expect((await askFor('callgate_backend', '/readyz', gate)).status).toBe(200)
    const headers = { host: 'callgate:3000', authorization: 'Bearer a-token-for-tests' }
    expect((await gate.request('/metrics', { headers })).status).toBe(200)
  })

  test('a trusted proxy that names the upstream says in X-Forwarded-Host what it was asked for; from nobody else is that believed', async () => {
    const { trustedProxies } = readConfig({ CALLGATE_TRUSTED_PROXIES: '127.0.0.1' }, false)
    const statuses = async (trusting: boolean) => {
      const gate = createGate({ publicUrl, ...(trusting && { trustedProxies }) })
      const { server } = gate.app.listen({ hostname: '127.0.0.1', port: 0 })
      const get = async (headers: Record<string, string>) =>
        (await fetch(`http://127.0.0.1:${server?.port}/openapi.json`, { headers })).status
      const host = 'callgate:3000'
      const got = [
        await get({ host, 'x-forwarded-host': 'calls.example.com' }),
        await get({ host, 'x-forwarded-host': 'evil.example' }),
        await get({ host }),
      ]
      await gate.app.stop(true)
      return got
    }
    expect(await statuses(true)).toEqual([200, 421, 421])
    expect(await statuses(false)).toEqual([421, 421, 421])
  })
})

describe('every response', () => {
  const paths = [
    '/healthz',
    '/readyz',
    '/metrics',
    '/',
    '/openapi.json',
    '/docs',
    '/docs/page.png',
    '/nowhere',
  ]
  const others = ['/api/v1/key', '/api/v1/calls/none', '/hooks/vapi/x', '/admin/sign-in', '/admin/nowhere']
  const all = [...paths, ...others, '/api/admin/v1/key.show', `/docs?${'x'.repeat(9000)}`]

  test.each(all)('says what it is and forbids the rest: %.30s', async (path) => {
    for (const [settings, hsts] of [
      [{ publicUrl: 'https://calls.example.com' }, 'max-age=31536000'],
      [{ requireHttps: true }, 'max-age=31536000'],
      [{}, null],
    ] as const) {
      const { headers } = await createGate(settings).request(path, { headers: { host: 'localhost' } })
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
      expect(headers.get('strict-transport-security')).toBe(hsts)
    }
  })
})

test('Elysia parses no query, header or cookie of a request ahead of the handler: it would if a hook handed on its context', () => {
  const { inference } = createGate().app as unknown as { inference: Record<string, boolean> }
  expect(inference).toMatchObject({ body: false, cookie: false, headers: false, query: false })
})
