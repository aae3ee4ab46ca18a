import { describe, expect, test } from 'bun:test'
import { Cache } from '../../src/storage/cache.ts'
import { createGate } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { atOnce } from '../../src/work.ts'

describe('a cache', () => {
  const unchanged = { admission: 0, foreign: 0, undone: 0 }

  test('loads a row once, and keeps that there is none where it is told so', () => {
    const cache = new Cache<string | null>(unchanged)
    let loads = 0
    const load = (row: string | null | undefined) =>
      function* () {
        loads++
        return row
      }
    expect([atOnce(cache.read('a', load('x'))), atOnce(cache.read('a', load('y')))]).toEqual(['x', 'x'])
    expect([atOnce(cache.read('b', load(null))), atOnce(cache.read('b', load('y')))]).toEqual([null, null])
    expect([atOnce(cache.read('c', load(undefined))), atOnce(cache.read('c', load('y')))]).toEqual([
      undefined,
      'y',
    ])
    expect(loads).toBe(4)
  })

  test('drops a row that is written, and all of them after a change was undone or came from another process', () => {
    const changes = { ...unchanged }
    const cache = new Cache<number>(changes)
    const fill = () => ['a', 'b'].forEach((key, at) => cache.put(key, at))
    fill()
    cache.drop('a')
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 1])
    for (const what of ['undone', 'foreign'] as const) {
      fill()
      changes[what]++
      expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined])
    }
    fill()
    changes.admission++
    expect(cache.get('b')).toBe(1)
  })

  test('never holds more than it may: the first one goes', () => {
    const cache = new Cache<number>(unchanged, 3)
    for (let key = 0; key < 3; key++) cache.put(String(key), key)
    cache.put('1', 10)
    expect(['0', '1', '2'].map((key) => cache.get(key))).toEqual([0, 10, 2])
    cache.put('3', 3)
    expect(['0', '1', '2', '3'].map((key) => cache.get(key))).toEqual([undefined, 10, 2, 3])
  })

  test('gives out nothing that can be changed', () => {
    const cache = new Cache<{ name: string; more: { list: number[] } }>(unchanged)
    cache.put('a', { name: 'Ann', more: { list: [1] } })
    const row = cache.get('a')
    expect(() => Object.assign(row ?? {}, { name: 'Bob' })).toThrow(TypeError)
    expect(() => row?.more.list.push(2)).toThrow(TypeError)
  })
})

test('a call with much text is read when it is asked for, and one that is over too', async () => {
  const gate = createGate()
  const { calls, lifecycle } = gate.services
  const rereads = (id: string) => atOnce(calls.find(id)) !== atOnce(calls.find(id))
  const short = undispatched(gate, '00', { metadata: { note: 'short' } })
  expect(rereads(short.id)).toBe(false)
  expect(rereads(undispatched(gate, '00', { metadata: { note: 'x'.repeat(5000) } }).id)).toBe(true)
  await lifecycle.record(short.id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
  expect(rereads(short.id)).toBe(true)
})
