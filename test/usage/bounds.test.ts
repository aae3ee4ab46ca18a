import { expect, test } from 'bun:test'
import { ClientUsage } from '../../src/usage/client-usage.ts'
import { RecentRefusals } from '../../src/usage/recent-refusals.ts'
import { mergeFigures, UsageCounters } from '../../src/usage/usage-counters.ts'

const minuteMs = 60_000

test('a disk that takes nothing for months costs a bounded number of minutes, and no count', () => {
  const counters = new UsageCounters(() => 0)
  const minutes = 150_000
  for (let minute = 0; minute < minutes; minute++) counters.grant('environment', minute * minuteMs)
  counters.refuse('other', 'rate_limited', false, minutes * minuteMs)
  const figures = [...counters.figures({ environmentId: 'environment', span: 'minute', from: 0 })]
  expect(figures).toHaveLength(100_000)
  expect(figures.reduce((sum, { count }) => sum + count, 0)).toBe(minutes)
  expect([...counters.figures({ environmentId: 'other', span: 'hour', from: 0 })]).toHaveLength(1)
})

test('a request that was granted and then refused counts once, also across a flush', () => {
  const counters = new UsageCounters(() => 0)
  counters.grant('environment', 1000)
  const written = counters.oldest(1)
  written.remove()
  counters.refuse('environment', 'invalid_json', true, 2000)
  const hours = [...written.figures, ...counters.oldest(1).figures].filter(({ span }) => span === 'hour')
  expect(mergeFigures(hours).map(({ outcome, count }) => [outcome, count])).toEqual([['invalid_json', 1]])
})

test('all keys together hold a bounded number of clients, and lose no request', () => {
  const clients = new ClientUsage()
  const keys = 1000
  for (let key = 0; key < keys; key++)
    for (let host = 0; host < 100; host++)
      clients.note(
        { environmentId: 'environment', keyId: `key ${key}` },
        () => ({ address: `10.0.0.${host}`, userAgent: 'x' }),
        'live',
        1,
      )
  const { uses } = clients.first(keys)
  expect(uses.length).toBeLessThanOrEqual(50_000 + keys)
  expect(uses.reduce((sum, { requests }) => sum + requests, 0)).toBe(keys * 100)
})

test('all environments together hold a bounded number of refusals, of each the newest', () => {
  const log = new RecentRefusals()
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
