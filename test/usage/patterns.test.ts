import { expect, test } from 'bun:test'
import type { ClientUse } from '../../src/usage/client-usage.ts'
import { patternsOf } from '../../src/usage/patterns.ts'
import type { Slot } from '../../src/usage/series.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.parse('2026-01-15T12:00:00Z')

const slots = (granted: number[]): Slot[] =>
  granted.map((each) => ({ startAt: 0, granted: each, refused: new Map(), peakCalls: 0 }))
const constant = (count: number, each: number) => slots(Array.from({ length: count }, () => each))

const use = (address: string, firstSeenAt: number, client = 'curl'): ClientUse => ({
  keyId: 'key',
  address,
  client,
  requests: 1,
  afterRotation: 0,
  firstSeenAt,
  lastSeenAt: now,
})

const calm = {
  now,
  liveKey: { id: 'key', last4: 'abcd', createdAt: now - 30 * dayMs },
  uses: [use('10.0.0.1', now - 20 * dayMs)],
  minutes: constant(60, 1),
  hours: constant(720, 60),
  rotatedKeyRefusals: 0,
}
const kinds = (habits: Partial<typeof calm>) => patternsOf({ ...calm, ...habits }).map(({ kind }) => kind)

test('usual use shows no pattern', () => {
  expect(patternsOf(calm)).toEqual([])
  expect(patternsOf({ ...calm, liveKey: undefined, uses: [], minutes: [], hours: [] })).toEqual([])
})

test('an address is new for a day, on a key that is older than a week', () => {
  const fresh = use('10.0.0.2', now - dayMs + 1)
  expect(patternsOf({ ...calm, uses: [...calm.uses, fresh] })).toEqual([
    {
      kind: 'new_address',
      address: '10.0.0.2',
      client: 'curl',
      last4: 'abcd',
      firstSeenAt: fresh.firstSeenAt,
    },
  ])
  expect(kinds({ uses: [use('10.0.0.2', now - dayMs)] })).toEqual([])
  const young = { ...calm.liveKey, createdAt: now - 7 * dayMs }
  expect(kinds({ uses: [fresh], liveKey: young })).toEqual([])
  expect(kinds({ uses: [fresh], liveKey: { ...young, createdAt: young.createdAt - 1 } })).toEqual([
    'new_address',
  ])
})

test('another program at a known address is no new address, and neither are the others', () => {
  expect(kinds({ uses: [...calm.uses, use('10.0.0.1', now - 5, 'node')] })).toEqual([])
  expect(kinds({ uses: [use('others', now - 5, '')] })).toEqual([])
})

test('twenty requests with a replaced key in an hour are a burst', () => {
  expect(kinds({ rotatedKeyRefusals: 19 })).toEqual([])
  expect(patternsOf({ ...calm, rotatedKeyRefusals: 20 })).toEqual([
    { kind: 'rotated_key_burst', requests: 20 },
  ])
})

test('ten times the mean hour of the last seven days is unusual, from a hundred requests on', () => {
  expect(kinds({ minutes: constant(60, 10) })).toEqual(['unusual_rate'])
  expect(kinds({ minutes: slots([599]) })).toEqual([])
  expect(patternsOf({ ...calm, minutes: slots([600]) })).toEqual([
    { kind: 'unusual_rate', requests: 600, usual: 60 },
  ])
  expect(kinds({ minutes: slots([99]), hours: constant(720, 1) })).toEqual([])
  expect(kinds({ minutes: slots([100]), hours: constant(720, 1) })).toEqual(['unusual_rate'])
})

test('what was more than seven days ago, and what is of this very hour, does not make the usual', () => {
  const busyLongAgo = [...constant(550, 10_000), ...constant(168, 10), ...constant(2, 50_000)]
  expect(kinds({ minutes: slots([100]), hours: busyLongAgo })).toEqual(['unusual_rate'])
})

test('a past of less than a day is no usual rate', () => {
  const begun = (hours: number) => [...constant(700 - hours, 0), ...constant(hours + 2, 5)]
  expect(kinds({ minutes: slots([1000]), hours: begun(23) })).toEqual([])
  expect(kinds({ minutes: slots([1000]), hours: begun(24) })).toEqual(['unusual_rate'])
  expect(kinds({ minutes: slots([1000]), hours: constant(720, 0) })).toEqual([])
})
