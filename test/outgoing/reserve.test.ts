import { describe, expect, test } from 'bun:test'
import type { Reserve } from '../../src/outgoing/send.ts'
import { startCanary } from '../support/canary.ts'
import { serving } from '../support/fakes/serving.ts'
import { send } from '../support/send.ts'

const mb = 1024 * 1024
const patient = {
  method: 'GET',
  headers: {},
  timeoutMs: 5000,
  limitBytes: 4 * mb,
  beyondLimit: 'lost',
} as const

const counted = () => {
  const taken: number[] = []
  let held = 0
  const reserve: Reserve = async (bytes) => {
    taken.push(bytes)
    held += bytes
    return () => (held -= bytes)
  }
  return { reserve, taken, held: () => held }
}

describe('the room for a body', () => {
  test('is not asked for by a small one', async () => {
    using server = await serving(new Response('x'.repeat(100_000)))
    const room = counted()
    expect(await send(server.url, { ...patient, ...room })).toMatchObject({ kind: 'answered' })
    expect(room.taken).toEqual([])
  })

  test('is as large as the body says it is, and given back once it is read', async () => {
    const body = 'x'.repeat(mb)
    const headers = { 'content-length': String(mb) }
    using server = await serving(new Response(body, { headers }))
    const room = counted()
    const result = await send(server.url, { ...patient, ...room })
    expect(result.kind === 'answered' && Buffer.from(result.body).toString()).toBe(body)
    expect([room.taken, room.held()]).toEqual([[mb], 0])
  })

  test('is as large as may be where the body does not say, and given back where that is too small', async () => {
    using server = await serving(() => new Response(new Blob(['x'.repeat(5 * mb)]).stream()))
    const room = counted()
    const result = await send(server.url, { ...patient, ...room })
    expect(result).toEqual({ kind: 'lost', reason: 'its response was too large' })
    expect([room.taken, room.held()]).toEqual([[4 * mb], 0])
  })

  test('is not waited for longer than the answer, which is not read meanwhile', async () => {
    let written = 0
    using server = await startCanary((socket) => {
      const block = Buffer.alloc(65_536)
      const pour = () => {
        while (!socket.destroyed) {
          written += block.length
          if (!socket.write(block)) return void socket.once('drain', pour)
        }
      }
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        pour()
      })
    })
    const reserve: Reserve = (_, signal) =>
      new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const result = await send(server.url, { ...patient, limitBytes: 256 * mb, timeoutMs: 300, reserve })
    expect(result).toEqual({ kind: 'lost', reason: 'no response within 0.3 seconds' })
    expect(written).toBeLessThan(64 * mb)
    await server.quiet()
  })
})

test('a body that says it is larger than the limit is not read', async () => {
  const headers = { 'content-length': String(400 * mb) }
  using server = await serving(() => new Response('x'.repeat(mb), { headers }))
  const room = counted()
  const result = await send(server.url, { ...patient, ...room })
  expect(result).toEqual({ kind: 'lost', reason: 'its response was too large' })
  expect(room.taken).toEqual([])
})
