import { expect, test } from 'bun:test'
import { parseExactly } from '../../src/json.ts'
import { asScalar, asText, variablesOf } from '../../src/providers/variables.ts'

const metadata = {
  plan: 'pro',
  seats: 3,
  trial: false,
  gone: null,
  tags: ['a'],
  at: { city: 'Bonn' },
  name: 'metadata’s',
  call_id: 'metadata’s',
}
const order = { id: 'ours', name: 'Jane', email: null, metadata }

test('the order’s own win over metadata of the same name, and null is no variable', () => {
  expect(variablesOf(order)).toEqual({
    plan: 'pro',
    seats: 3,
    trial: false,
    tags: ['a'],
    at: { city: 'Bonn' },
    name: 'Jane',
    call_id: 'ours',
  })
  expect(variablesOf({ ...order, name: null })).toMatchObject({ name: 'metadata’s', call_id: 'ours' })
  expect(variablesOf({ ...order, name: null, metadata: null })).toEqual({ call_id: 'ours' })
})

test('as text every value is a string; as scalars only those with parts become one', () => {
  const asJson = { tags: '["a"]', at: '{"city":"Bonn"}', plan: 'pro' }
  expect(variablesOf(order, asText)).toMatchObject({ ...asJson, seats: '3', trial: 'false' })
  expect(variablesOf(order, asScalar)).toMatchObject({ ...asJson, seats: 3, trial: false })
})

test('a number stays one to the last digit, as JSON, as a scalar and as text', () => {
  const exact = parseExactly('{"contact":12345678901234567890,"price":12.50}') as Record<string, unknown>
  const told = { ...order, metadata: exact, name: null }
  const numbers = '"contact":12345678901234567890,"price":12.50,"call_id":"ours"'
  expect(JSON.stringify(variablesOf(told))).toBe(`{${numbers}}`)
  expect(JSON.stringify(variablesOf(told, asScalar))).toBe(`{${numbers}}`)
  expect(variablesOf(told, asText)).toEqual({
    contact: '12345678901234567890',
    price: '12.50',
    call_id: 'ours',
  })
})
