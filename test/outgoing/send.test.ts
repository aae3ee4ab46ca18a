import { describe, expect, test } from 'bun:test'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { createSend } from '../../src/outgoing/send.ts'
import { startCanary } from '../support/canary.ts'
import { diallerCertificate, testAuthority } from '../support/certificates.ts'
import { serving } from '../support/fakes/serving.ts'

const patient = {
  method: 'POST',
  headers: {},
  timeoutMs: 5000,
  limitBytes: 1000,
  beyondLimit: 'lost',
} as const
const hasty = { ...patient, timeoutMs: 150 }
const here = async () => ['127.0.0.1']
const send = createSend({ allowPrivate: true, resolve: here })

/** A TLS server for dialler.example, which keeps the names it was asked for and what it was sent. */
const startSecure = async () => {
  const names: unknown[] = []
  const heard: string[] = []
  const server = createServer(diallerCertificate, (socket) => {
    names.push(socket.servername)
    socket
      .on('error', () => {})
      .on('data', (data) => {
        heard.push(String(data))
        socket.end('HTTP/1.1 200 OK\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\nok')
      })
  })
  server.on('tlsClientError', () => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { port, names, heard, [Symbol.dispose]: () => void server.close() }
}

describe('the judged address is dialled, and the certificate is that of the name', () => {
  const secure = createSend({ allowPrivate: true, resolve: here, ca: testAuthority })

  test.each(['dialler.example', 'dialler.example.', 'DIALLER.example'])('%s', async (host) => {
    using server = await startSecure()
    const url = `https://${host}:${server.port}/a/b?c=d`
    const result = await secure(url, { ...patient, headers: { 'x-one': '1' }, body: 'hello' })
    expect(result).toMatchObject({ kind: 'answered', status: 200, body: Buffer.from('ok') })
    expect(result.kind === 'answered' && result.headers.get('retry-after')).toBe('7')
    expect(server.names).toEqual(['dialler.example'])
    const said = server.heard.join('').toLowerCase()
    expect(said).toStartWith('post /a/b?c=d http/1.1\r\n')
    expect(said).toContain(`\r\nhost: ${host.toLowerCase()}:${server.port}\r\n`)
    expect(said).toContain('\r\nx-one: 1\r\n')
    expect(said).toEndWith('\r\n\r\nhello')
  })

  test.each([
    ['of another name', 'https://other.example', testAuthority, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['of a name, for an address', 'https://127.0.0.1', testAuthority, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['that nobody vouches for', 'https://dialler.example', undefined, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('a certificate %s: nothing is sent', async (_, origin, ca, code) => {
    using server = await startSecure()
    const sender = createSend({ allowPrivate: true, resolve: here, ...(ca === undefined ? {} : { ca }) })
    const result = await sender(`${origin}:${server.port}/`, { ...patient, body: 'a secret' })
    expect(result).toEqual({ kind: 'unsent', reason: `could not be reached (${code})` })
    expect(server.heard).toEqual([])
  })
})

describe('nothing else is dialled', () => {
  test.each([301, 302, 303, 307, 308])('a redirect with %i is not followed', async (status) => {
    using canary = await startCanary()
    using server = await serving(new Response(null, { status, headers: { location: canary.url } }))
    expect(await send(server.url, patient)).toMatchObject({ kind: 'answered', status })
    expect(canary.connections()).toBe(0)
  })

  test('no proxy variable is heeded', async () => {
    using canary = await startCanary()
    using server = await serving(Response.json({}))
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']
    const before = names.map((name) => process.env[name])
    for (const name of names) process.env[name] = canary.url
    try {
      expect(await send(server.url, patient)).toMatchObject({ status: 200 })
      expect(await send('https://named.example:1/', patient)).toMatchObject({ kind: 'unsent' })
      expect(canary.connections()).toBe(0)
      // That the variables would have been heeded.
      await expect(fetch(server.url)).rejects.toThrow()
      expect(canary.connections()).toBe(1)
    } finally {
      for (const [at, name] of names.entries())
        if (before[at] === undefined) delete process.env[name]
        else process.env[name] = before[at]
    }
  })

  test('a host header that was given does not stand', async () => {
    using server = await serving(Response.json({}))
    const url = server.url.replace('127.0.0.1', 'named.example')
    await send(url, { ...patient, headers: { Host: 'elsewhere.example' } })
    expect(server.seen[0]?.headers.get('host')).toBe(new URL(url).host)
  })
})

describe('of several addresses', () => {
  test('the next is tried when nobody takes the connection', async () => {
    using server = await serving(Response.json({}))
    const several = createSend({ allowPrivate: true, resolve: async () => ['::1', '127.0.0.1'] })
    const result = await several(server.url.replace('127.0.0.1', 'named.example'), patient)
    expect(result).toMatchObject({ kind: 'answered', status: 200 })
    expect(server.seen).toHaveLength(1)
  })

  test('no other is tried once a request may have been sent', async () => {
    using canary = await startCanary((socket) => socket.on('data', () => socket.resetAndDestroy()))
    const several = createSend({ allowPrivate: true, resolve: async () => ['127.0.0.1', '::1', '127.0.0.2'] })
    const result = await several(`http://named.example:${canary.port}/`, { ...patient, body: '{}' })
    expect(result).toEqual({ kind: 'lost', reason: 'the connection ended before the response was complete' })
    expect(canary.connections()).toBe(1)
  })

  test('where none can be reached, nothing was sent', async () => {
    const several = createSend({ allowPrivate: true, resolve: async () => ['::1', '127.0.0.1'] })
    const result = await several('http://named.example:1/', patient)
    expect(result).toEqual({ kind: 'unsent', reason: 'could not be reached (ECONNREFUSED)' })
  })
})

describe('an answer that does not end', () => {
  /** Writes the same for as long as somebody reads, and counts it. */
  const flood = (head: string, more: string | Buffer) => {
    let written = 0
    const pour = (socket: Socket) => {
      while (!socket.destroyed) {
        written += more.length
        if (!socket.write(more)) return void socket.once('drain', () => pour(socket))
      }
    }
    const welcome = (socket: Socket) =>
      void socket.once('data', () => {
        socket.write(head)
        pour(socket)
      })
    return { welcome, written: () => written }
  }
  const ok = 'HTTP/1.1 200 OK\r\n'
  const block = Buffer.alloc(65_536, 'a')

  test('is lost above the limit, and is not read any further', async () => {
    const body = flood(`${ok}\r\n`, block)
    using server = await startCanary(body.welcome)
    expect(await send(server.url, patient)).toEqual({ kind: 'lost', reason: 'its response was too large' })
    await server.quiet()
    expect(body.written()).toBeLessThan(64 * 1024 * 1024)
  })

  test('is cut to its first bytes for whom the status is enough, and is not read any further', async () => {
    const body = flood(`${ok}\r\n`, block)
    using server = await startCanary(body.welcome)
    const result = await send(server.url, { ...patient, beyondLimit: 'cut' })
    expect(result).toMatchObject({ kind: 'answered', status: 200, body: block.subarray(0, 1000) })
    await server.quiet()
    expect(body.written()).toBeLessThan(64 * 1024 * 1024)
  })

  test('is not unpacked, and nobody is asked to pack it', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000))
    using server = await serving(new Response(bomb, { headers: { 'content-encoding': 'gzip' } }))
    expect(await send(server.url, patient)).toMatchObject({ kind: 'answered', body: bomb })
    expect(server.seen[0]?.headers.get('accept-encoding')).toBe('identity')
  })

  test.each([
    ['a header line', `${ok}x: `, block],
    ['header lines', ok, `x: ${'y'.repeat(2000)}\r\n`],
    ['a status line', '', block],
    ['answers before the answer', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(500)],
    ['the extension of a chunk', `${ok}transfer-encoding: chunked\r\n\r\n1;`, block],
  ])('in %s ends in time, in bounded memory', async (_, head, more) => {
    const answer = flood(head, more)
    using server = await startCanary(answer.welcome)
    const before = process.memoryUsage.rss()
    expect(await send(server.url, hasty)).toMatchObject({ kind: 'lost' })
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024)
    await server.quiet()
  })

  const drip = (socket: Socket) => {
    socket.once('data', () => {
      socket.write(`${ok}content-length: 100000\r\n\r\n`)
      const timer = setInterval(() => socket.write('a'), 10)
      socket.once('close', () => clearInterval(timer))
    })
  }

  test('but drips is lost when the time is over', async () => {
    using server = await startCanary(drip)
    expect(await send(server.url, hasty)).toEqual({ kind: 'lost', reason: 'no response within 0.15 seconds' })
    await server.quiet()
  })

  test('but drips counts with what came of it, for whom the status is enough', async () => {
    using server = await startCanary(drip)
    const result = await send(server.url, { ...hasty, beyondLimit: 'cut' })
    expect(result).toMatchObject({ kind: 'answered', status: 200 })
    expect(result.kind === 'answered' && Buffer.from(result.body).toString()).toMatch(/^a+$/)
    await server.quiet()
  })

  test.each(['lost', 'cut'] as const)('nor begin is lost (%s)', async (beyondLimit) => {
    using server = await startCanary(() => {})
    const result = await send(server.url, { ...hasty, beyondLimit })
    expect(result).toEqual({ kind: 'lost', reason: 'no response within 0.15 seconds' })
    await server.quiet()
  })

  test('by a resolver that hangs: nothing was sent', async () => {
    const stuck = createSend({ allowPrivate: true, resolve: () => new Promise(() => {}) })
    const result = await stuck('http://named.example/', hasty)
    expect(result).toEqual({ kind: 'unsent', reason: 'could not be resolved in time' })
  })
})
