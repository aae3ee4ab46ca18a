import { afterAll, expect, test } from 'bun:test'
import { createLog } from '../../src/telemetry/log.ts'
import { createGate } from '../support/gate.ts'

const lines: Record<string, unknown>[] = []
const log = createLog({ logFormat: 'json', logLevel: 'debug' }, (text) => lines.push(JSON.parse(text)))
const gate = createGate({ log, requestsPerMinute: 6 })
const server = gate.app.listen({ port: 0, hostname: '127.0.0.1' }).server
afterAll(() => server?.stop(true))

/** The lines of what `ask` asks for, by both ways into the app: they are different code. */
const linesOf = async (path: string, init: RequestInit = {}) => {
  lines.length = 0
  await gate.app.handle(new Request(`http://localhost${path}`, init))
  const inProcess = lines.splice(0)
  await fetch(new URL(path, server?.url), { redirect: 'manual', ...init })
  expect(lines.map(withoutIds)).toEqual(inProcess.map(withoutIds))
  return inProcess.filter(({ event }) => event === 'request')
}

/** A line without what differs from request to request, but for its kind. */
const withoutIds = (line: Record<string, unknown>) => ({
  ...line,
  '@timestamp': null,
  request_id: typeof line.request_id,
  duration_ms: typeof line.duration_ms,
})

const authorization = `Bearer ${gate.key}`
const asker = { environment_id: gate.production.id, key_id: gate.services.keyring.find(gate.key)?.id }

test('a granted request is one line with its route, status, environment and key', async () => {
  const path = `/api/v1/calls/${crypto.randomUUID()}`
  expect(await linesOf('/api/v1/key', { headers: { authorization } })).toEqual([
    expect.objectContaining({ level: 'INFO', method: 'GET', route: '/api/v1/key', status: 200, ...asker }),
  ])
  expect(await linesOf(path, { headers: { authorization } })).toEqual([
    expect.objectContaining({ route: '/api/v1/calls/:call_id', status: 404, code: 'not_found', ...asker }),
  ])
})

test('a refused request is one line with its code, and with its key where that was issued', async () => {
  expect(await linesOf('/api/v1/key')).toEqual([
    expect.objectContaining({ route: '/api/v1/key', status: 401, code: 'missing_key' }),
  ])
  expect(
    await linesOf('/api/v1/calls/trigger', { method: 'POST', headers: { authorization }, body: '{' }),
  ).toEqual([expect.objectContaining({ method: 'POST', status: 415, ...asker })])
  expect(await linesOf('/api/v1/key', { headers: { authorization } })).toEqual([
    expect.objectContaining({ status: 429, code: 'rate_limited', ...asker }),
  ])
})

test('what no route takes is one line without a path', async () => {
  expect(await linesOf('/nowhere/at/all?q=1')).toEqual([
    expect.objectContaining({ method: 'GET', route: '', status: 404, code: 'not_found' }),
  ])
  expect(await linesOf('/api/v1/key', { method: 'DELETE' })).toEqual([
    expect.objectContaining({ method: 'DELETE', route: '', status: 405, code: 'method_not_allowed' }),
  ])
})

test('pages, redirects and files are one line each, with the status that went out', async () => {
  expect(await linesOf('/')).toEqual([expect.objectContaining({ route: '/', status: 303 })])
  expect(await linesOf('/admin')).toEqual([
    expect.objectContaining({ level: 'INFO', status: 303, code: 'sign_in_needed' }),
  ])
  expect(await linesOf('/docs/limits')).toEqual([
    expect.objectContaining({ route: '/docs/:page', status: 200 }),
  ])
})

test('what programs ask every few seconds is told at debug alone', async () => {
  expect(await linesOf('/healthz')).toEqual([expect.objectContaining({ level: 'DEBUG', status: 200 })])
  expect(await linesOf('/readyz')).toEqual([expect.objectContaining({ level: 'DEBUG', status: 200 })])
})
