import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { numbersTyped } from '../../src/calls/typed-number.ts'

test('a number is understood however it is usually written', () => {
  for (const typed of [
    '+14155550123',
    ' +1 (415) 555-0123 ',
    '+1.415.555.0123',
    'tel:+1-415-555-0123',
    '0014155550123',
    '14155550123',
    '+1 415 555 0123',
    '＋１４１５５５５０１２３',
    '+١٤١٥٥٥٥٠١٢٣',
  ])
    expect([typed, numbersTyped(typed)]).toEqual([typed, expect.arrayContaining(['+14155550123'])])
  expect(numbersTyped('(415) 555-0123', ['US'])).toContain('+14155550123')
  expect(numbersTyped('030 1234567', ['DE'])).toContain('+49301234567')
  expect(numbersTyped('030/1234567', null)).toContain('+49301234567')
  expect(numbersTyped('011 44 20 7946 0123', ['US'])).toContain('+442079460123')
})

test('what is no number is none', () => {
  for (const text of [
    '',
    'Acme',
    '12',
    'msg_0123456789',
    '+',
    '019ada52-1c5a-7a36',
    'a1234567',
    '1'.repeat(41),
  ])
    expect([text, numbersTyped(text)]).toEqual([text, []])
})

test('punctuation between the digits never changes the number', () => {
  const marks = fc.array(fc.constantFrom(' ', '-', '.', '(', ')', '/'), { minLength: 10, maxLength: 10 })
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9]\d{9}$/), marks, (digits, between) => {
      const typed = `+${[...digits].map((digit, at) => `${digit}${between[at]}`).join('')}`
      expect(numbersTyped(typed)).toEqual([`+${digits}`])
    }),
  )
})
