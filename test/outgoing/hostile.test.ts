import { describe, expect, test } from 'bun:test'
import { findAddresses } from '../../src/outgoing/destination.ts'
import { createSend } from '../../src/outgoing/send.ts'
import { startCanary } from '../support/canary.ts'

const request = {
  method: 'POST',
  headers: {},
  timeoutMs: 1000,
  limitBytes: 1000,
  beyondLimit: 'lost',
} as const

/** PORT is where the canary sings. Every name that is asked for leads to it. */
const hostile = {
  'this machine, spelt in every way': [
    'https://127.0.0.1:PORT/',
    'https://127.1:PORT/',
    'https://127.0.1:PORT/',
    'https://127.127.127.127:PORT/',
    'https://2130706433:PORT/',
    'https://0x7f000001:PORT/',
    'https://0x7f.0.0.1:PORT/',
    'https://0X7F.0x0.0X0.1:PORT/',
    'https://0177.0.0.1:PORT/',
    'https://00000177.1:PORT/',
    'https://017700000001:PORT/',
    'https://127.000.000.001:PORT/',
    'https://127.0.0.1.:PORT/',
    'https://0:PORT/',
    'https://0.0.0.0:PORT/',
    'https://127。0。0。1:PORT/',
    'https://１２７.０.０.１:PORT/',
    'https://①②⑦.⓪.⓪.①:PORT/',
    'https://%31%32%37.0.0.1:PORT/',
    'https://127%2e0%2e0%2e1:PORT/',
    'https://127.0.0.1\t:PORT/',
    'https://127.0.\n0.1:PORT/',
    '  https://127.0.0.1:PORT/  ',
  ],
  'this machine, by IPv6': [
    'https://[::1]:PORT/',
    'https://[0:0:0:0:0:0:0:1]:PORT/',
    'https://[0000::0001]:PORT/',
    'https://[::]:PORT/',
    'https://[::127.0.0.1]:PORT/',
    'https://[::ffff:127.0.0.1]:PORT/',
    'https://[::ffff:7f00:1]:PORT/',
    'https://[0:0:0:0:0:FFFF:127.0.0.1]:PORT/',
    'https://[::ffff:0:127.0.0.1]:PORT/',
    'https://[64:ff9b::127.0.0.1]:PORT/',
    'https://[64:ff9b::7f00:1]:PORT/',
    'https://[64:ff9b:1::7f00:1]:PORT/',
    'https://[2002:7f00:1::]:PORT/',
    'https://[2001:0:7f00:1::]:PORT/',
    'https://[fe80::1]:PORT/',
    'https://[fe80::1%25lo]:PORT/',
    'https://[::1%25lo]:PORT/',
    'https://[::1%lo]:PORT/',
    'https://[v1.::1]:PORT/',
  ],
  'networks and machines nearby': [
    'https://10.0.0.1:PORT/',
    'https://172.31.255.255:PORT/',
    'https://192.168.1.1:PORT/',
    'https://100.64.0.1:PORT/',
    'https://198.19.0.1:PORT/',
    'https://169.254.169.254:PORT/latest/meta-data',
    'https://0xa9fea9fe:PORT/',
    'https://[fd00:ec2::254]:PORT/',
    'https://168.63.129.16:PORT/',
    'https://metadata.google.internal:PORT/',
    'https://224.0.0.1:PORT/',
    'https://255.255.255.255:PORT/',
    'https://[ff02::1]:PORT/',
  ],
  'local names': [
    'https://localhost:PORT/',
    'https://LOCALHOST:PORT/',
    'https://localhost.:PORT/',
    'https://localhost..:PORT/',
    'https://.localhost:PORT/',
    'https://a.localhost:PORT/',
    'https://a.localhost.:PORT/',
    'https://localhost.localdomain:PORT/',
    'https://ⓛocalhost:PORT/',
    'https://loc%61lhost:PORT/',
    'https://local\u00ADhost:PORT/',
    'https://printer.local:PORT/',
    'https://intranet:PORT/',
    'https://.:PORT/',
  ],
  'names that lead here': [
    'https://rebind.example:PORT/',
    'https://127.0.0.1.nip.example:PORT/',
    'https://rebind.example.:PORT/',
    'https://bücher.example:PORT/',
    'https://127.0.0.1.evil.example:PORT/',
  ],
  'what one part seems to be and another is': [
    'https://user@127.0.0.1:PORT/',
    'https://example.com@127.0.0.1:PORT/',
    'https://example.com:443@127.0.0.1:PORT/',
    'https://127.0.0.1:PORT@example.com/',
    'https://example.com%40127.0.0.1:PORT/',
    'https://example.com\\@127.0.0.1:PORT/',
    'https://127.0.0.1:PORT\\@example.com/',
    'https://example.com:PORT?@127.0.0.1:PORT/',
    'https://example.com:PORT#@127.0.0.1:PORT/',
    'https:127.0.0.1:PORT/',
    'https:///127.0.0.1:PORT/',
    'https:\\\\127.0.0.1:PORT/',
    'https://127.0.0.1:0/',
    'https://127.0.0.1:99999/',
  ],
  'other schemes': [
    'http://127.0.0.1:PORT/',
    'http://example.com:PORT/',
    'ftp://127.0.0.1:PORT/',
    'file:///etc/passwd',
    'file://127.0.0.1:PORT/x',
    'gopher://127.0.0.1:PORT/_x',
    'ws://127.0.0.1:PORT/',
    'wss://127.0.0.1:PORT/',
    's3://127.0.0.1:PORT/x',
    'unix:/var/run/docker.sock',
    'data:text/plain,x',
    'javascript:0',
    'blob:https://127.0.0.1:PORT/x',
    '//127.0.0.1:PORT/',
    '127.0.0.1:PORT',
    '',
  ],
}

describe('a hostile URL never reaches a canary on loopback', () => {
  for (const [kind, urls] of Object.entries(hostile))
    test.each(urls)(`${kind}: %j`, async (template) => {
      using canary = await startCanary()
      const send = createSend({ allowPrivate: false, resolve: async () => ['127.0.0.1', '::1'] })
      const result = await send(template.replaceAll('PORT', String(canary.port)), request)
      expect(result).toEqual({ kind: 'unsent', reason: expect.stringMatching(/^may not be called: \S+ /) })
      expect(canary.connections()).toBe(0)
      // What was found out about somebody's network is not told.
      if (result.kind === 'unsent') expect(result.reason).not.toMatch(/\d{2}|::/)
    })
})

describe('a name', () => {
  test.each([
    [['8.8.8.8', '127.0.0.1']],
    [['127.0.0.1', '8.8.8.8']],
    [['2606:4700::1111', '::1']],
    [['8.8.8.8', '::ffff:127.0.0.1']],
    [['8.8.8.8', '127.1']],
    [['8.8.8.8', '0x7f000001']],
    [['8.8.8.8', '::1%lo']],
    [['2606:4700::1111%lo']],
    [['8.8.8.8', 'localhost']],
    [['']],
  ])('with the addresses %j is refused for the worst of them', async (addresses) => {
    using canary = await startCanary()
    const send = createSend({ allowPrivate: false, resolve: async () => addresses })
    const result = await send(`https://mixed.example:${canary.port}/`, request)
    expect(result).toEqual({
      kind: 'unsent',
      reason: expect.stringMatching(/^may not be called: its address is /),
    })
    expect(canary.connections()).toBe(0)
  })

  test('without an address, or that nobody knows, is unsent', async () => {
    const nothing = createSend({ allowPrivate: false, resolve: async () => [] })
    expect(await nothing('https://no.example/', request)).toEqual({
      kind: 'unsent',
      reason: 'could not be reached: its name has no address',
    })
    const unknown = createSend({
      allowPrivate: false,
      resolve: () => Promise.reject(Object.assign(new Error('no.example'), { code: 'ENOTFOUND' })),
    })
    expect(await unknown('https://no.example/', request)).toEqual({
      kind: 'unsent',
      reason: 'could not be reached (ENOTFOUND)',
    })
  })

  test('that changes its answer is judged anew each time, and never asked again between judging and dialling', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1'], ['8.8.8.8']]
    const flips = async () => answers.shift() ?? ['127.0.0.1']
    const find = () => findAddresses('https://flip.example/', { allowPrivate: false }, flips)
    expect(await find()).toMatchObject({ addresses: ['8.8.8.8'] })
    expect(await find()).toEqual({ problem: 'its address is loopback' })

    using first = await startCanary((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'))
    const asked: string[] = []
    const resolve = async (host: string) => {
      asked.push(host)
      return asked.length === 1 ? ['127.0.0.1'] : ['10.0.0.1']
    }
    const send = createSend({ allowPrivate: true, resolve })
    expect(await send(`http://flip.example:${first.port}/`, request)).toMatchObject({ status: 204 })
    expect(asked).toEqual(['flip.example'])
    expect(first.connections()).toBe(1)
  })
})
