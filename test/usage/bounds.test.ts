import { expect, test } from 'bun:test'
import { Clients } from '../../src/usage/clients.ts'
import { RefusedLog } from '../../src/usage/refusals.ts'
import { mergeFigures, Tallies } from '../../src/usage/counters.ts'

const minuteMs = 60_000

test('a disk that takes nothing for months costs a bounded number of minutes, and no count', () => {
  const tallies = new Tallies(() => 0)
  const minutes = 150_000
  for (let minute = 0; minute < minutes; minute++) tallies.grant('environment', minute * minuteMs)
  tallies.refuse('other', 'rate_limited', false, minutes * minuteMs)
  const figures = [...tallies.figures({ environmentId: 'environment', span: 'minute', from: 0 })]
  expect(figures).toHaveLength(100_000)
  expect(figures.reduce((sum, { count }) => sum + count, 0)).toBe(minutes)
  expect([...tallies.figures({ environmentId: 'other', span: 'hour', from: 0 })]).toHaveLength(1)
})

test('a request that was granted and then refused counts once, also across a flush', () => {
  const tallies = new Tallies(() => 0)
  tallies.grant('environment', 1000)
  const written = [...tallies.figures()]
  tallies.clear()
  tallies.refuse('environment', 'invalid_json', true, 2000)
  const hours = [...written, ...tallies.figures()].filter(({ span }) => span === 'hour')
  expect(mergeFigures(hours).map(({ outcome, count }) => [outcome, count])).toEqual([['invalid_json', 1]])
})

test('all keys together hold a bounded number of clients, and lose no request', () => {
  const clients = new Clients()
  const keys = 1000
  for (let key = 0; key < keys; key++)
    for (let host = 0; host < 100; host++)
      clients.note(
        { environmentId: 'environment', keyId: `key ${key}`, address: `10.0.0.${host}`, userAgent: 'x' },
        'live',
        1,
      )
  const uses = [...clients.uses()]
  expect(uses.length).toBeLessThanOrEqual(50_000 + keys)
  expect(uses.reduce((sum, { requests }) => sum + requests, 0)).toBe(keys * 100)
})

test('all environments together hold a bounded number of refusals, of each the newest', () => {
  const log = new RefusedLog()
  const note = (environmentId: string, at: number) =>
    log.note({
      requestId: `${environmentId} ${at}`,
      environmentId,
      keyId: 'key',
      at,
      code: 'rate_limited',
      route: 'GET /api/v1/key',
      address: '10.0.0.1',
      requests: 100,
      requestLimit: 100,
      calls: 0,
      callLimit: 10,
    })
  for (let environment = 0; environment < 300; environment++)
    for (let at = 0; at < 250; at++) note(`environment ${environment}`, at)
  expect([...log.entries()]).toHaveLength(20_000)
  const kept = [...log.entries('environment 0')].map(({ at }) => at).toSorted((a, b) => a - b)
  expect(kept).toEqual(Array.from({ length: 200 }, (_, index) => 50 + index))
})
