import { expect, test } from 'bun:test'
import type { ProviderIds } from '../../src/calls/provider.ts'
import { createGate } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'

const accountId = 'account'
const ended = { type: 'ended', at: 1, status: 'completed' } as const

const waiting = (ids: { providerCallId?: string; telephonyCallId?: string }) => {
  const gate = createGate()
  const call = undispatched(gate, '00', { provider: 'elevenlabs', accountId, dispatch: 'placed', ...ids })
  const told = (reported: Partial<ProviderIds>, account = accountId) =>
    gate.services.takeEvents(account, [{ callId: null, providerCallId: null, ...reported, event: ended }])
  return { ...call, told }
}

test.each([
  ['its own id', { providerCallId: 'theirs', telephonyCallId: 'CA2' }, { providerCallId: 'theirs' }],
  ['the id of its leg', { telephonyCallId: 'CA1' }, { telephonyCallId: 'CA1' }],
  [
    'both, of which one was not known',
    { providerCallId: 'theirs' },
    { providerCallId: 'theirs', telephonyCallId: 'CA1' },
  ],
])('a call is found by %s', async (_name, held, reported) => {
  const call = waiting(held)
  await call.told(reported)
  expect(call.now()).toMatchObject({ status: 'completed', ...held, ...reported })
})

test.each([
  ['another call', { providerCallId: 'another' }],
  ['another leg of a call that it names', { providerCallId: 'theirs', telephonyCallId: 'CA2' }],
  ['a leg that has the other id’s text', { telephonyCallId: 'theirs' }],
  ['nothing', {}],
])('what is told of %s changes no call', async (_name, reported) => {
  const call = waiting({ providerCallId: 'theirs', telephonyCallId: 'CA1' })
  await call.told(reported)
  expect(call.now().status).toBe('initiated')
})

test('an id of another account’s call changes nothing', async () => {
  const call = waiting({ providerCallId: 'theirs' })
  await call.told({ providerCallId: 'theirs' }, 'another account')
  expect(call.now().status).toBe('initiated')
})
