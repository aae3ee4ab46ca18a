import { expect, test } from 'bun:test'
import { readConfig } from '../../src/config.ts'
import { createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'

test('where https is required, nothing but the health questions is answered over http, and no redirect is given', async () => {
  const gate = createGate({ requireHttps: true })
  const refused = await gate.authorized('/api/v1/key')
  expect(refused.headers.get('location')).toBeNull()
  await expectRefusal(refused, 403, 'https_required')
  for (const path of ['/', '/admin/sign-in', '/openapi.json', '/hooks/vapi/x'])
    expect((await gate.request(path)).status).toBe(403)
  for (const path of ['/healthz', '/readyz']) expect((await gate.request(path)).status).toBe(200)
})

test('where https is required, cookies are kept to it', async () => {
  const gate = createGate({ requireHttps: true })
  expect(gate.services.sessions.cookieName).toBe('__Host-callgate')
  expect(createGate().services.sessions.cookieName).toBe('callgate')
})

test('a trusted proxy’s word for https opens the gate, and its pages are ours', async () => {
  const { trustedProxies } = readConfig({ CALLGATE_TRUSTED_PROXIES: '127.0.0.1' }, false)
  const gate = createGate({ requireHttps: true, trustedProxies })
  const { server } = gate.app.listen({ hostname: '127.0.0.1', port: 0 })
  const ask = (headers: Record<string, string>, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${server?.port}/admin/sign-in`, { ...init, headers, redirect: 'manual' })
  try {
    expect((await ask({})).status).toBe(403)
    expect((await ask({ 'x-forwarded-proto': 'https' })).status).toBe(200)
    const form = { method: 'POST', body: new URLSearchParams({ email: 'a@example.com', password: 'x' }) }
    const proxied = { 'x-forwarded-proto': 'https', host: 'calls.example.com' }
    expect((await ask({ ...proxied, origin: 'https://calls.example.com' }, form)).status).toBe(401)
    expect((await ask({ ...proxied, origin: 'http://calls.example.com' }, form)).status).toBe(403)
  } finally {
    await gate.app.stop(true)
  }
})
