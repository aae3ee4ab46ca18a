import { describe, expect, test } from 'bun:test'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createOpen } from '../../src/outgoing/open.ts'
import { startCanary } from '../support/canary.ts'
import { serving } from '../support/fakes/serving.ts'

const open = createOpen({ allowPrivate: true })
const usual = {
  headers: { range: 'bytes=0-9' },
  credentials: { authorization: 'Basic c2VjcmV0' },
  timeoutMs: 5000,
  stallMs: 5000,
  longestMs: 20_000,
  limitBytes: 1000,
}
const textOf = (body: ReadableStream<Uint8Array>) => new Response(body).text()
const redirectTo = (location: string, status = 302) => new Response(null, { status, headers: { location } })

/** Begins to answer, and then sends nothing more. */
const startStalled = async () => {
  let closed = 0
  const server = createServer((socket) => {
    socket.on('error', () => {}).on('close', () => closed++)
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    /** Resolves once the one connection has ended. */
    closed: async () => {
      while (closed === 0) await Bun.sleep(5)
    },
    [Symbol.dispose]: () => void server.close(),
  }
}

test('the answer is passed on with its status and headers, and the headers of the request are sent', async () => {
  const part = new Response('hello', { status: 206, headers: { 'content-range': 'bytes 0-4/9' } })
  using server = await serving(part)
  const opened = await open(server.url, usual)
  if (opened.kind !== 'opened') throw new Error(opened.reason)
  expect([opened.status, opened.headers.get('content-range')]).toEqual([206, 'bytes 0-4/9'])
  expect(await textOf(opened.body)).toBe('hello')
  expect(server.seen[0]?.headers.get('range')).toBe('bytes=0-9')
  expect(server.seen[0]?.headers.get('authorization')).toBe('Basic c2VjcmV0')
})

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])(
    '%i to another origin is followed without the credentials',
    async (status) => {
      using storage = await serving(new Response('audio'))
      using server = await serving(redirectTo(`${storage.url}/signed?x=1`, status))
      const opened = await open(server.url, usual)
      expect(opened.kind === 'opened' && (await textOf(opened.body))).toBe('audio')
      const [seen] = storage.seen
      expect([seen?.path, seen?.headers.get('range'), seen?.headers.get('authorization')]).toEqual([
        '/signed?x=1',
        'bytes=0-9',
        null,
      ])
    },
  )

  test('one back to the first origin gets no credentials either', async () => {
    const hop = new Map<string, string>()
    using server = await serving(({ path }) =>
      path === '/' ? redirectTo(hop.get('away') ?? '') : new Response('audio'),
    )
    using away = await serving(redirectTo(`${server.url}/back`))
    hop.set('away', away.url)
    const opened = await open(`${server.url}/`, usual)
    expect(opened.kind === 'opened' && (await textOf(opened.body))).toBe('audio')
    expect(server.seen.map(({ headers }) => headers.get('authorization'))).toEqual(['Basic c2VjcmV0', null])
  })

  test('within an origin they keep the credentials', async () => {
    using server = await serving(({ path }) => (path === '/' ? redirectTo('/media') : new Response('audio')))
    const opened = await open(`${server.url}/`, usual)
    expect(opened.kind === 'opened' && (await textOf(opened.body))).toBe('audio')
    expect(server.seen[1]?.headers.get('authorization')).toBe('Basic c2VjcmV0')
  })

  test('one to an address that may not be called reaches nobody', async () => {
    using canary = await startCanary()
    using server = await serving(redirectTo(`http://169.254.169.254:${canary.port}/`))
    expect(await open(server.url, usual)).toEqual({
      kind: 'unsent',
      reason: 'is not allowed: its address is link-local',
      isForbidden: true,
    })
    const guarded = createOpen({ allowPrivate: false })
    expect((await guarded(server.url, usual)).kind).toBe('unsent')
    expect(canary.connections()).toBe(0)
  })

  test('without an end they are given up', async () => {
    using server = await serving(redirectTo('/again'))
    expect(await open(server.url, usual)).toEqual({ kind: 'lost', reason: 'it redirected too often' })
    expect(server.seen).toHaveLength(4)
  })
})

describe('what comes is bounded', () => {
  test('in bytes: more errors the body, and ends the connection', async () => {
    using server = await serving(new Response('x'.repeat(1001)))
    const opened = await open(server.url, usual)
    if (opened.kind !== 'opened') throw new Error(opened.reason)
    await expect(textOf(opened.body)).rejects.toThrow('more came')
  })

  test('in silence: an answer that stalls errors the body, and the connection ends', async () => {
    using server = await startStalled()
    const opened = await open(server.url, { ...usual, stallMs: 50 })
    if (opened.kind !== 'opened') throw new Error(opened.reason)
    await expect(textOf(opened.body)).rejects.toThrow()
    await server.closed()
  })

  test('in all: the longest time ends it', async () => {
    using server = await startStalled()
    // Long enough for a busy machine to open the connection within it.
    const opened = await open(server.url, { ...usual, longestMs: 1500 })
    if (opened.kind !== 'opened') throw new Error(opened.reason)
    await expect(textOf(opened.body)).rejects.toThrow()
    await server.closed()
  })

  test('no answer in time is none', async () => {
    using server = await startCanary(() => {})
    expect(await open(server.url, { ...usual, timeoutMs: 50 })).toEqual({
      kind: 'lost',
      reason: 'no response within 0.05 seconds',
    })
  })
})

test('whoever cancels the body ends the connection', async () => {
  using server = await startStalled()
  const opened = await open(server.url, usual)
  if (opened.kind !== 'opened') throw new Error(opened.reason)
  const reader = opened.body.getReader()
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('hello')
  await reader.cancel()
  await server.closed()
})
