import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { sendRaw, statusOf } from '../support/raw.ts'

const directory = temporaryDirectory()
let server: Awaited<ReturnType<typeof startBinary>>

beforeAll(async () => {
  // What asks from beside the server asks by http, also where clients have to use https.
  server = await startBinary(directory.path, { CALLGATE_REQUIRE_HTTPS: 'true', CALLGATE_LOG_LEVEL: 'info' })
})
afterAll(async () => {
  await server.kill()
  directory[Symbol.dispose]()
})

const send = (...lines: string[]) =>
  sendRaw(server.url, `${lines.join('\r\n')}\r\n\r\n`, { patienceMs: 2000 })

/** As they were seen on the wire, or as their documentation has them. */
const checks: Record<string, string[]> = {
  'HAProxy, option httpchk': ['OPTIONS / HTTP/1.0'],
  'HAProxy, option httpchk GET': ['GET /healthz HTTP/1.0'],
  'HAProxy, option httpchk HEAD': ['HEAD /readyz HTTP/1.0'],
  'HAProxy, http-check send': ['GET /readyz HTTP/1.1', 'host: callgate', 'connection: close'],
  'HAProxy, http-check send without a Host': ['OPTIONS /readyz HTTP/1.0', 'connection: close'],
  'NGINX Plus, health_check': ['GET /healthz HTTP/1.0', 'Host: callgate_backend', 'Connection: close'],
  'AWS Application Load Balancer': [
    'GET /healthz HTTP/1.1',
    'Host: 10.0.3.17:3000',
    'Connection: close',
    'User-Agent: ELB-HealthChecker/2.0',
    'Accept-Encoding: gzip, compressed',
  ],
  'AWS Classic Load Balancer': [
    'GET /healthz HTTP/1.1',
    'host: 10.0.3.17:3000',
    'User-Agent: ELB-HealthChecker/1.0',
    'Accept: */*',
    'Connection: close',
  ],
  'Google Cloud': [
    'GET /healthz HTTP/1.1',
    'Host: 10.128.0.2',
    'User-Agent: GoogleHC/1.0',
    'Connection: close',
  ],
  'Google Cloud over IPv6': [
    'GET /healthz HTTP/1.1',
    'Host: [fd20:0:0:1::2]:3000',
    'User-Agent: GoogleHC/1.0',
    'Connection: close',
  ],
  Azure: ['GET /healthz HTTP/1.1', 'Host: 127.0.0.1', 'User-Agent: Load Balancer Agent', 'Connection: close'],
  Kubernetes: [
    'GET /readyz HTTP/1.1',
    'Host: 10.244.1.5:3000',
    'User-Agent: kube-probe/1.31',
    'Accept: */*',
    'Connection: close',
  ],
  'Docker, wget of BusyBox': [
    'GET /healthz HTTP/1.1',
    'Host: localhost:3000',
    'User-Agent: Wget',
    'Connection: close',
  ],
  Consul: [
    'GET /healthz HTTP/1.1',
    'Host: 10.0.0.5:3000',
    'User-Agent: Consul Health Check',
    'Accept: text/plain, text/*, */*',
    'Accept-Encoding: gzip',
    'Connection: close',
  ],
  'Uptime Kuma': [
    'HEAD /healthz HTTP/1.1',
    'Accept: text/html,application/xhtml+xml',
    'User-Agent: Uptime-Kuma/1.23.13',
    'Host: callgate.internal:3000',
    'Connection: close',
  ],
  'an empty Host': ['GET /healthz HTTP/1.1', 'Host:', 'Connection: close'],
  'a query': ['GET /healthz?from=lb HTTP/1.0'],
}

test.each(Object.entries(checks))('healthy, and ready, is said to %s', async (_, lines) => {
  const received = await send(...lines)
  const [, body = ''] = received.split('\r\n\r\n')
  if (lines[0]?.startsWith('GET')) {
    expect(statusOf(received)).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ status: expect.stringMatching(/^(ok|ready)$/) })
  } else expect([statusOf(received), body]).toEqual([lines[0]?.startsWith('HEAD') ? 200 : 204, ''])
})

test('OPTIONS says what a health path takes, and so does a 405', async () => {
  for (const line of ['OPTIONS / HTTP/1.0', 'OPTIONS /healthz HTTP/1.0', 'DELETE /readyz HTTP/1.0'])
    expect(await send(line)).toMatch(/^allow: GET, HEAD, OPTIONS\r$/im)
})

test.each<string[]>([
  ['GET / HTTP/1.0'],
  ['GET /healthz/more HTTP/1.0'],
  ['GET //healthz HTTP/1.0'],
  ['GET /metrics HTTP/1.0'],
  ['GET /admin/sign-in HTTP/1.0'],
  ['OPTIONS /api/v1/key HTTP/1.0'],
  ['GET /api/v1/key HTTP/1.0', 'Host:'],
  ['GET /api/v1/key HTTP/1.1', 'Host: callgate.test/healthz?', 'Connection: close'],
  ['GET /healthz HTTP/1.1', 'Host: one two', 'Connection: close'],
])('a Host is still asked for by %s', async (...lines) => {
  const received = await send(...lines)
  expect(statusOf(received)).toBe(400)
  expect(received).toContain('exactly one valid Host header')
})

test('a check that goes well is no line of the log', async () => {
  await send('OPTIONS / HTTP/1.0')
  await send('GET /nowhere HTTP/1.1', 'Host: callgate.test', 'Connection: close')
  await server.logged('request')
  const requests = server.log.filter((line) => line.includes('"event":"request"'))
  expect(requests.filter((line) => /"status":2\d\d/.test(line))).toEqual([])
})
