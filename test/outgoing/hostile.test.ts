import { describe, expect, test } from 'bun:test'
import { findAddresses } from '../../src/outgoing/destination.ts'
import { createSend } from '../../src/outgoing/send.ts'
import { startCanary } from '../support/canary.ts'
import { hostileUrls } from '../support/hostile-urls.ts'

const request = {
  method: 'POST',
  headers: {},
  timeoutMs: 1000,
  limitBytes: 1000,
  beyondLimit: 'lost',
} as const

/** Every name that is asked for leads to the canary. */
describe('a hostile URL never reaches a canary on loopback', () => {
  for (const [kind, urls] of Object.entries(hostileUrls))
    test.each(urls)(`${kind}: %j`, async (template) => {
      using canary = await startCanary()
      const send = createSend({ allowPrivate: false, resolve: async () => ['127.0.0.1', '::1'] })
      const result = await send(template.replaceAll('PORT', String(canary.port)), request)
      expect(result).toEqual({
        kind: 'unsent',
        reason: expect.stringMatching(/^is not allowed: \S+ /),
        isForbidden: true,
      })
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
      reason: expect.stringMatching(/^is not allowed: its address is /),
      isForbidden: true,
    })
    expect(canary.connections()).toBe(0)
  })

  test('without an address, or that nobody knows, is unsent', async () => {
    const nothing = createSend({ allowPrivate: false, resolve: async () => [] })
    expect(await nothing('https://no.example/', request)).toEqual({
      kind: 'unsent',
      reason: 'could not be reached: its host name has no address',
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
