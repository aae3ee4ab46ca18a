import { expect, test } from 'bun:test'
import { Flashes } from '../../../src/http/admin/flashes.ts'
import { FixedClock } from '../../support/clock.ts'

const carrying = (cookie: string) =>
  new Request('http://localhost/', { headers: { cookie: cookie.split(';')[0] ?? '' } })

test('a sentence is for one person, one page and one minute, and only its id is in the cookie', async () => {
  const clock = new FixedClock()
  const flashes = new Flashes(clock, true)
  const { cookie } = flashes.keep('Webhook saved.', 'ann')
  expect(cookie).toMatch(/^__Host-callgate-flash=[0-9a-f-]{36}; Path=\/; Max-Age=60; Secure; HttpOnly/)
  const id = flashes.idIn(carrying(cookie))
  expect(flashes.take(id, 'ben')).toBeUndefined()
  expect(flashes.take(id, null)).toBeUndefined()
  expect(flashes.take(id, 'ann')).toBe('Webhook saved.')
  expect(flashes.take(id, 'ann')).toBeUndefined()
  const late = flashes.keep('Webhook saved.', 'ann').id
  await clock.advance(60_000)
  expect(flashes.take(late, 'ann')).toBeUndefined()
})

test('nobody makes a page say something by a cookie of their own', () => {
  const flashes = new Flashes(new FixedClock(), false)
  for (const value of ['', 'Your account was closed.', '%3Cscript%3E', crypto.randomUUID()])
    expect(flashes.take(flashes.idIn(carrying(`callgate-flash=${value}`)), 'ann')).toBeUndefined()
})

test('of more sentences than anybody reads, the oldest are dropped', () => {
  const flashes = new Flashes(new FixedClock(), false)
  const ids = Array.from({ length: 1001 }, (_, at) => flashes.keep(`Saved ${at}.`, 'ann').id)
  expect(flashes.take(ids[0], 'ann')).toBeUndefined()
  expect(flashes.take(ids[1], 'ann')).toBe('Saved 1.')
  expect(flashes.take(ids[1000], 'ann')).toBe('Saved 1000.')
})
