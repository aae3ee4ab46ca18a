import { afterAll, beforeAll, expect, test } from 'bun:test'
import { askAt, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { brokenFramings } from '../support/framing.ts'
import { answersIn, sendRaw, statusOf } from '../support/raw.ts'

const directory = temporaryDirectory()
let server: Awaited<ReturnType<typeof startBinary>>
let key = ''

beforeAll(async () => {
  server = await startBinary(directory.path)
  key = await (await provision(server.command)).newKey()
})
afterAll(async () => {
  await server.kill()
  directory[Symbol.dispose]()
})

const send = (head: string[], body = '') =>
  sendRaw(server.url, `${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`)

const codeOf = (received: string) => /"code":"(\w+)"/.exec(received)?.[1]

const right = () => `Authorization: Bearer ${key}`
const get = 'GET /api/v1/key HTTP/1.1'
const host = 'Host: callgate.test'

test('an empty Host is refused, before any other was seen', async () => {
  const received = await send([get, 'Host:', right()])
  expect([statusOf(received), codeOf(received)]).toEqual([400, 'invalid_host'])
})

test('a well-formed request over a raw socket is answered', async () => {
  expect(statusOf(await send([get, host, right()]))).toBe(200)
})

test.each(brokenFramings('').map(({ name }) => name))('refused, and makes no call: %s', async (name) => {
  const broken = brokenFramings(key).find((one) => one.name === name)
  const received = await sendRaw(server.url, broken?.bytes ?? '')
  expect(statusOf(received)).toBeGreaterThanOrEqual(400)
  expect(answersIn(received)).toBe(1)
  const list = await askAt(server.url, key, '/api/v1/calls')
  expect(await list.json()).toMatchObject({ data: [] })
})

test.each([
  ['two Host headers', () => [get, 'Host: one.test', 'Host: two.test', right()]],
  ['a Host with a space', () => [get, 'Host: one two', right()]],
  ['HTTP/1.0 without Host', () => ['GET /api/v1/key HTTP/1.0', right()]],
  ['a number that is no address', () => ['GET /api/v1/calls HTTP/1.1', 'Host: 0xffffffffffffffff', right()]],
  ['a name that is badly encoded', () => ['GET /api/v1/calls HTTP/1.1', 'Host: xn--a', right()]],
])('%s is refused as invalid_host', async (_, head) => {
  const received = await send(head())
  expect([statusOf(received), codeOf(received)]).toEqual([400, 'invalid_host'])
})

test.each([
  ['two Authorization headers', () => [right(), right()]],
  ['8-bit bytes in the key', () => [`${right().slice(0, -1)}\xe9`]],
  ['16 KB of key', () => [`Authorization: Bearer bvai_sk_${'B'.repeat(16 * 1024)}`]],
  ['a tab after the scheme', () => [right().replace('Bearer ', 'Bearer\t')]],
])('%s get our own 401', async (_, headers) => {
  const received = await send([get, host, ...headers()])
  expect([statusOf(received), codeOf(received)]).toEqual([401, 'malformed_key'])
})

test.each([
  ['a NUL in the key', () => [get, host, `${right()}\0`]],
  ['a folded header', () => [get, host, 'Authorization: Bearer', ` ${key}`]],
  [
    'both Content-Length and Transfer-Encoding',
    () => [
      'POST /api/v1/calls/trigger HTTP/1.1',
      host,
      right(),
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
    ],
  ],
  ['no Host in HTTP/1.1', () => [get, right()]],
])('%s never reaches a handler', async (_, head) => {
  expect(statusOf(await send(head(), '2\r\n{}\r\n0\r\n\r\n'))).toBe(400)
})

test.each([
  ['declared', `Content-Length: ${40_000}`, 'x'.repeat(40_000)],
  ['declared and never sent', `Content-Length: ${900_000_000}`, ''],
  ['chunked', 'Transfer-Encoding: chunked', `9c40\r\n${'x'.repeat(0x9c40)}\r\n0\r\n\r\n`],
])('a body over 32 KB is refused in the one shape: %s', async (_, length, body) => {
  const head = [
    'POST /api/v1/calls/trigger HTTP/1.1',
    host,
    right(),
    'Content-Type: application/json',
    length,
  ]
  const received = await send(head, body)
  expect([statusOf(received), codeOf(received)]).toEqual([413, 'body_too_large'])
})

test('a body is not waited for when its sender has no key', async () => {
  const head = [
    'POST /api/v1/calls/trigger HTTP/1.1',
    host,
    'Content-Type: application/json',
    'Content-Length: 20',
  ]
  const received = await send(head)
  expect([statusOf(received), codeOf(received)]).toEqual([401, 'missing_key'])
})

test.each([
  ['a', '/xx/api/v1/key'],
  ['ab', '/x/api/v1/key'],
  ['abc', '//api/v1/key'],
  ['a', '/xx/admin/sign-in'],
])('behind the short host %p, %p is not a path that we have', async (name, path) => {
  const received = await send([`GET ${path} HTTP/1.1`, `Host: ${name}`, right()])
  expect(statusOf(received)).toBe(404)
})

test('a port that is none is refused', async () => {
  expect(codeOf(await send([get, 'Host: callgate.test:99999', right()]))).toBe('invalid_host')
})

test('404 and 405 do not depend on how long the host name is', async () => {
  for (const name of ['a', 'db', 'callgate.example.com:8443']) {
    const wrong = await send(['DELETE /api/v1/key HTTP/1.1', `Host: ${name}`])
    expect([statusOf(wrong), /allow: (.*)\r/i.exec(wrong)?.[1]]).toEqual([405, 'GET, HEAD'])
    expect(codeOf(await send(['GET /nothing HTTP/1.1', `Host: ${name}`]))).toBe('not_found')
  }
})
