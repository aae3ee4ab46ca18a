import { expect, test } from 'bun:test'
import { Challenges } from '../../src/people/challenges.ts'
import { FixedClock } from '../support/clock.ts'

const open = () => {
  const clock = new FixedClock()
  const challenges = new Challenges(clock)
  const issue = (purpose: string) => Buffer.from(challenges.issue(purpose)).toString('base64url')
  return { clock, challenges, issue }
}

test('a challenge is valid once, for its own purpose', () => {
  const { challenges, issue } = open()
  const challenge = issue('get ann')
  expect(challenges.use(challenge, 'get bob')).toBe(false)
  expect(challenges.use(challenge, 'create ann')).toBe(false)
  expect([challenges.use(challenge, 'get ann'), challenges.use(challenge, 'get ann')]).toEqual([true, false])
})

test('a challenge is over after five minutes, used or not', async () => {
  const { challenges, clock, issue } = open()
  const [used, unused] = [issue('get'), issue('get')]
  challenges.use(used, 'get')
  await clock.advance(5 * 60_000)
  expect([challenges.use(used, 'get'), challenges.use(unused, 'get')]).toEqual([false, false])
})

test('a challenge that was changed, made up, or issued by another process is not valid', () => {
  const { challenges, issue } = open()
  const bytes = Buffer.from(issue('get'), 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8((changed[at] ?? 0) ^ 1, at)
    expect(challenges.isValid(changed.toString('base64url'), 'get')).toBe(false)
  }
  for (const text of ['', 'AAAA', open().issue('get')]) expect(challenges.isValid(text, 'get')).toBe(false)
})
