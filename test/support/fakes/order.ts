import type { CallOrder } from '../../../src/calls/call.ts'

export const ourId = '0190f3c2-7b1a-7c3d-8e4f-5a6b7c8d9e0f'
/** Where the clock of a provider under test stands. */
export const now = 1_700_000_000_000

/** An order with nothing in it that may be left out, apart from what is given. */
export const orderOf = (given: Partial<CallOrder> = {}): CallOrder => ({
  id: ourId,
  agencyId: 'agency',
  environmentId: 'environment',
  agentId: 'agent',
  provider: 'any',
  accountId: 'account',
  agentRef: null,
  fromNumber: null,
  phoneNumber: '+15551234567',
  name: null,
  email: null,
  metadata: null,
  options: null,
  timeZone: null,
  consent: null,
  spendingDay: null,
  createdAt: now,
  expiresAt: now + 3_600_000,
  ...given,
})
