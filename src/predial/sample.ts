import type { AskedCall } from './request.ts'

/** A made-up call with every field that a hook may have to look at. */
export const sampleCall = (environment: { id: string; agencyId: string }, now: number): AskedCall => ({
  id: crypto.randomUUID(),
  agencyId: environment.agencyId,
  environmentId: environment.id,
  agentId: crypto.randomUUID(),
  provider: 'simulator',
  phoneNumber: '+15551234567',
  fromNumber: '+15557654321',
  name: 'Jane Smith',
  email: null,
  metadata: { order: '1234' },
  timeZone: null,
  consent: null,
  createdAt: now,
})
