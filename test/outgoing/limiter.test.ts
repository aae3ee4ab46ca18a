import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { OutgoingLimiter, outgoingShares, type Turn } from '../../src/outgoing/limiter.ts'
import { settled } from '../support/clock.ts'

const usual = outgoingShares(256)

const turnOf = (agencyId: string, destination: string, isPlacing = false): Turn => ({
  agencyId,
  destination: `${agencyId} ${destination}`,
  isPlacing,
})

/** Requests that go on until they are told to end, in the order in which they began. */
const hanging = (limiter: OutgoingLimiter) => {
  const begun: { name: string; turn: Turn; end(): void }[] = []
  const request = (name: string, turn: Turn) =>
    limiter.run(turn, () => new Promise<void>((end) => begun.push({ name, turn, end })))
  return { begun, request, names: () => begun.map(({ name }) => name) }
}

describe('a call is placed at once', () => {
  test('while 300 tests of its own agency go to an endpoint that never answers', async () => {
    const { request, names } = hanging(new OutgoingLimiter(usual))
    for (let at = 0; at < 300; at++) void request('test', turnOf('acme', `endpoint ${at % 2}`))
    await settled()
    expect(names()).toHaveLength(usual.perAgency.others)
    void request('call', turnOf('acme', 'account', true))
    await settled()
    expect(names().at(-1)).toBe('call')
  })

  test('while 300 agencies each hang in all that they may', async () => {
    const { request, names } = hanging(new OutgoingLimiter(usual))
    for (let agency = 0; agency < 300; agency++)
      for (let at = 0; at < 40; at++) void request('test', turnOf(`agency ${agency}`, `${at % 8}`))
    await settled()
    expect(names()).toHaveLength(usual.inAll.others)
    for (let at = 0; at < 20; at++) void request('call', turnOf('acme', 'account', true))
    await settled()
    expect(names().filter((name) => name === 'call')).toHaveLength(20)
  })

  test('while every order of another agency hangs at its provider', async () => {
    const { request, names } = hanging(new OutgoingLimiter(usual))
    for (let at = 0; at < 1000; at++) void request('theirs', turnOf('hostile', `account ${at % 9}`, true))
    void request('ours', turnOf('acme', 'account', true))
    await settled()
    expect(names().filter((name) => name === 'theirs')).toHaveLength(usual.perAgency.most)
    expect(names().at(-1)).toBe('ours')
  })
})

test('an account that hangs leaves turns to the other accounts of its agency', async () => {
  const { request, names } = hanging(new OutgoingLimiter(usual))
  for (let at = 0; at < 100; at++) void request('hanging', turnOf('acme', 'one', true))
  void request('other', turnOf('acme', 'two', true))
  await settled()
  expect(names().filter((name) => name === 'hanging')).toHaveLength(usual.perDestination.most)
  expect(names()).toContain('other')
})

test('those that wait begin in their order, a destination after the other, calls first', async () => {
  const one = { most: 1, others: 1 }
  const limiter = new OutgoingLimiter({ inAll: one, perAgency: one, perDestination: one })
  const { request, begun, names } = hanging(limiter)
  for (const name of ['first', 'a1', 'a2', 'a3']) void request(name, turnOf('a', 'x'))
  for (const name of ['b1', 'b2']) void request(name, turnOf('b', 'x'))
  void request('call', turnOf('c', 'x', true))
  while (begun.length < 7) {
    begun.at(-1)?.end()
    await settled()
  }
  expect(names()).toEqual(['first', 'call', 'a1', 'b1', 'a2', 'b2', 'a3'])
})

test('a request that fails gives its turn back too', async () => {
  const one = { most: 1, others: 1 }
  const limiter = new OutgoingLimiter({ inAll: one, perAgency: one, perDestination: one })
  const failing = limiter.run(turnOf('a', 'x'), () => Promise.reject(new Error('failed')))
  expect(failing).rejects.toThrow('failed')
  expect(await limiter.run(turnOf('a', 'x'), async () => 'done')).toBe('done')
})

test('whatever begins and ends, no share is exceeded, nothing waits that could run, and all run in the end', async () => {
  const shares = {
    inAll: { most: 6, others: 4 },
    perAgency: { most: 4, others: 3 },
    perDestination: { most: 3, others: 2 },
  }
  const name = fc.constantFrom('a', 'b', 'c')
  const begin = fc.record({ agency: name, destination: name, isPlacing: fc.boolean() })
  const step = fc.oneof(begin, fc.nat())
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { request, begun } = hanging(new OutgoingLimiter(shares))
      const running: typeof begun = []
      const waiting: Turn[] = []
      let seen = 0
      const fits = (turn: Turn) =>
        (
          [
            [shares.inAll, () => true],
            [shares.perAgency, (other: Turn) => other.agencyId === turn.agencyId],
            [shares.perDestination, (other: Turn) => other.destination === turn.destination],
          ] as const
        ).every(([{ most, others }, isAlike]) => {
          const alike = running.filter((each) => isAlike(each.turn))
          return (
            alike.length < most &&
            (turn.isPlacing || alike.filter((each) => !each.turn.isPlacing).length < others)
          )
        })
      const look = async () => {
        await settled()
        for (const each of begun.slice(seen)) {
          expect(fits(each.turn)).toBe(true)
          running.push(each)
          waiting.splice(waiting.indexOf(each.turn), 1)
        }
        seen = begun.length
        expect(waiting.some(fits)).toBe(false)
      }
      for (const each of steps) {
        if (typeof each === 'number') running.splice(each % Math.max(1, running.length), 1)[0]?.end()
        else {
          const turn = turnOf(each.agency, each.destination, each.isPlacing)
          waiting.push(turn)
          void request('', turn)
        }
        await look()
      }
      while (running.length > 0) {
        running.shift()?.end()
        await look()
      }
      expect(waiting).toEqual([])
    }),
    { numRuns: 100 },
  )
})
