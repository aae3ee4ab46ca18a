import { z } from 'zod'
import { type EnvironmentName, environmentNames } from '../agencies/environment.ts'
import type { Call } from '../calls/call.ts'
import { consentRecord, jsonObject } from '../calls/record.ts'
import { iso, time } from '../names.ts'

/** The one definition of what the hook is asked. */
export const predialRequest = z.object({
  event: z.literal('predial'),
  /** True in a test, absent otherwise. */
  test: z.literal(true).optional(),
  call_id: z.uuid(),
  agent_id: z.uuid(),
  environment: z.enum(environmentNames),
  provider: z.string(),
  phone_number: z.string(),
  from_number: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  metadata: jsonObject().nullable(),
  time_zone: z.string().nullable(),
  consent: consentRecord.nullable(),
  created_at: time,
})

/** The only responses that decide. */
export const predialResponse = z.object({
  eligible: z.boolean(),
  reason: z.string().optional().describe('Why the call must not be placed, for people.'),
})

export type AskedCall = Pick<
  Call,
  | 'id'
  | 'agencyId'
  | 'environmentId'
  | 'agentId'
  | 'provider'
  | 'phoneNumber'
  | 'fromNumber'
  | 'name'
  | 'email'
  | 'metadata'
  | 'timeZone'
  | 'consent'
  | 'createdAt'
>

export const requestOf = (
  call: AskedCall,
  environment: EnvironmentName,
  isTest: boolean,
): z.infer<typeof predialRequest> => ({
  event: 'predial',
  ...(isTest && { test: true as const }),
  call_id: call.id,
  agent_id: call.agentId,
  environment,
  provider: call.provider,
  phone_number: call.phoneNumber,
  from_number: call.fromNumber,
  name: call.name,
  email: call.email,
  metadata: call.metadata,
  time_zone: call.timeZone,
  consent: call.consent,
  created_at: iso(call.createdAt),
})
