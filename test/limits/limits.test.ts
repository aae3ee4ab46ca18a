import { expect, test } from 'bun:test'
import { limitsOf, readLimit } from '../../src/limits/limits.ts'

test('a limit is typed as a whole number; nothing and default stand for the server’s', () => {
  expect(['1', ' 250 ', '1000000', '', '  ', 'default'].map(readLimit)).toEqual([
    1,
    250,
    1_000_000,
    null,
    null,
    null,
  ])
  for (const text of ['-1', '99999999', '1.5', '1e3', '٣', 'all', '1 0', '0x10'])
    expect([text, readLimit(text)]).toEqual([text, Number.NaN])
})

test('an environment’s own limit goes before the server’s, each for itself', () => {
  const server = { requestsPerMinute: 100, concurrentCalls: 10 }
  expect(limitsOf({ requestsPerMinute: 5, concurrentCalls: null }, server)).toEqual({
    requestsPerMinute: 5,
    concurrentCalls: 10,
  })
})
