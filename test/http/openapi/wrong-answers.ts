import { afterAll, expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { answersIn, sendRaw } from '../../support/raw.ts'

/** Tests that get an answer which `/openapi.json` does not allow, and look at nothing of it. All but the last have to fail. */
const wrong = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () => Response.json({ success: true }, { status: 418 }),
})
afterAll(() => wrong.stop(true))

const url = `${wrong.url.origin}/api/v1/key`

test('by fetch', async () => {
  expect((await fetch(url)).ok).toBe(false)
})

test('by a request that is made before', async () => {
  expect((await fetch(new Request(url, { method: 'POST' }))).ok).toBe(false)
})

test('over a raw socket', async () => {
  const asking = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: callgate.test\r\n${more}\r\n`
  const bytes = asking('/healthz') + asking('/api/v1/key', 'Connection: close\r\n')
  expect(answersIn(await sendRaw(url, bytes))).toBe(2)
})

test('in the process', async () => {
  const { app } = createGate()
  app.get('/api/v1/undescribed', () => ({ success: true }))
  expect((await app.handle(new Request('http://localhost/api/v1/undescribed'))).ok).toBe(true)
})

test('elsewhere than under /api/v1, nothing is described', async () => {
  expect((await fetch(wrong.url)).status).toBe(418)
})
