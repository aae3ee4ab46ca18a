import { expect, test } from 'bun:test'
import { Enrolments } from '../../src/people/enrolments.ts'
import { FixedClock } from '../support/clock.ts'

test('a secret that is being set up stays the same for half an hour, of one person, until it is used', async () => {
  const clock = new FixedClock()
  const enrolments = new Enrolments(clock)
  const secret = enrolments.secretFor('ann')
  expect(enrolments.secretFor('bob')).not.toBe(secret)
  await clock.advance(30 * 60_000 - 1)
  expect(enrolments.secretFor('ann')).toBe(secret)
  await clock.advance(1)
  const fresh = enrolments.secretFor('ann')
  expect(fresh).not.toBe(secret)
  enrolments.end('ann')
  expect(enrolments.secretFor('ann')).not.toBe(fresh)
})

test('of a flood of people, the newest thousand are remembered', () => {
  const enrolments = new Enrolments(new FixedClock())
  const first = enrolments.secretFor('first')
  const second = enrolments.secretFor('second')
  for (let person = 0; person < 999; person++) enrolments.secretFor(`${person}`)
  expect(enrolments.secretFor('second')).toBe(second)
  expect(enrolments.secretFor('first')).not.toBe(first)
})
