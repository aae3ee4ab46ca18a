import { expect, test } from 'bun:test'
import type { Reserve, Send } from '../../src/outgoing/send.ts'
import { createAnswerBudget } from '../../src/providers/answer-budget.ts'
import { settled } from '../support/clock.ts'

const mb = 1024 * 1024
const never = new AbortController().signal
const request = {
  method: 'GET',
  headers: {},
  timeoutMs: 1000,
  limitBytes: 4 * mb,
  beyondLimit: 'lost',
} as const

/** The room that an account's requests are given. */
const accounts = (count: number) => {
  const bounded = createAnswerBudget()
  return Promise.all(
    Array.from({ length: count }, async () => {
      const { promise, resolve } = Promise.withResolvers<Reserve>()
      const send: Send = async (_, { reserve }) => {
        if (reserve) resolve(reserve)
        return { kind: 'lost', reason: '' }
      }
      await bounded(send)('https://vendor.test', request)
      return promise
    }),
  )
}
const settling = async (waiting: Promise<unknown>) => {
  let isSettled = false
  void waiting.then(
    () => (isSettled = true),
    () => {},
  )
  await settled()
  return isSettled
}

test('an account reads one of the largest responses at a time, and keeps no other account waiting', async () => {
  const [own, other] = await accounts(2)
  const give = await own?.(4 * mb, never)
  const next = own?.(200_000, never) ?? Promise.reject(new Error('no account'))
  expect(await settling(next)).toBe(false)
  await other?.(4 * mb, never)
  give?.()
  await next
})

test('all accounts together read 32 MB at a time, and who stops waiting leaves room for its account', async () => {
  const many = await accounts(9)
  const given = await Promise.all(many.slice(0, 8).map((reserve) => reserve(4 * mb, never)))
  const last = many[8] ?? (() => Promise.reject(new Error('no account')))
  const patience = new AbortController()
  const waiting = last(4 * mb, patience.signal)
  expect(await settling(waiting)).toBe(false)
  patience.abort(new Error('too late'))
  expect(waiting).rejects.toThrow('too late')
  given[0]?.()
  ;(await last(4 * mb, never))()
})
