import { z } from 'zod'
import { type EnvironmentName, environmentNames } from '../agencies/environment.ts'
import { iso, time } from '../names.ts'
import { type Call, callStatuses, reasonCodes } from './call.ts'
import { answeredBy, sentiments } from './call-details.ts'

/** Any JSON object, kept as it is: `z.record` would drop a member called `__proto__`. */
export const jsonObject = (error?: string) =>
  z
    .custom<Record<string, unknown>>(
      (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value),
      error,
    )
    .meta({ type: 'object' })

/** The consent that a request stated. */
export const consentRecord = z.object({
  basis: z.string(),
  at: z.string().nullable(),
  reference: z.string().nullable(),
})

/** A call in the API's responses. */
export const callRecord = z.object({
  call_id: z.uuid(),
  status: z.enum(callStatuses),
  direction: z.literal('outbound'),
  environment: z.enum(environmentNames),
  agent_id: z.uuid(),
  provider: z.string().describe('`simulator` or the voice provider that places the call.'),
  phone_number: z.string(),
  from_number: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  metadata: jsonObject().nullable(),
  reason_code: z
    .enum(reasonCodes)
    .nullable()
    .describe('Why the call ended, if it did not end with a normal conversation.'),
  reason: z.string().nullable().describe('Why the call ended, in words.'),
  answered_by: z
    .enum(answeredBy)
    .nullable()
    .describe('Who answered the call. Null if nobody did, or the provider does not say.'),
  time_zone: z.string().nullable().describe('The time zone that the request named.'),
  consent: consentRecord.nullable().describe('How the person agreed to be called, as the request stated it.'),
  created_at: time,
  ringing_at: time.nullable(),
  started_at: time.nullable().describe('When the call was answered.'),
  ended_at: time.nullable().describe('When the call ended; null if it has not ended.'),
  duration_seconds: z.int().nullable().describe('From the answer to the end of the call; null if not known.'),
  summary: z.string().nullable(),
  sentiment: z.enum(sentiments).nullable(),
  transcript: z.array(z.object({ role: z.enum(['agent', 'human']), content: z.string() })).nullable(),
  recording_url: z
    .string()
    .nullable()
    .describe('Where callgate serves the recording, with the API key. Null if there is none.'),
  analysis: jsonObject()
    .nullable()
    .describe('What the agent found out, its verdict and its transfers, under the provider’s names.'),
  cost_cents: z.int().nullable().describe('In hundredths of `currency`.'),
  currency: z.string().nullable().describe('ISO 4217 code. Null if the cost is not known.'),
})

/** Where callgate serves the recording of a call; null unless the provider is known to keep one. */
export const recordingUrlOf = ({ id, recordingRef }: Pick<Call, 'id' | 'recordingRef'>, publicUrl: string) =>
  recordingRef === null ? null : `${publicUrl}/api/v1/calls/${id}/recording`

export const presentCall = (
  call: Call,
  environment: { name: EnvironmentName },
  publicUrl: string,
): z.infer<typeof callRecord> => ({
  call_id: call.id,
  status: call.status,
  direction: 'outbound',
  environment: environment.name,
  agent_id: call.agentId,
  provider: call.provider,
  phone_number: call.phoneNumber,
  from_number: call.fromNumber,
  name: call.name,
  email: call.email,
  metadata: call.metadata,
  reason_code: call.reasonCode,
  reason: call.reason,
  answered_by: call.answeredBy,
  time_zone: call.timeZone,
  consent: call.consent,
  created_at: iso(call.createdAt),
  ringing_at: iso(call.ringingAt),
  started_at: iso(call.answeredAt),
  ended_at: iso(call.endedAt),
  duration_seconds: call.durationSeconds,
  summary: call.summary,
  sentiment: call.sentiment,
  transcript: call.transcript,
  recording_url: recordingUrlOf(call, publicUrl),
  analysis: call.analysis,
  cost_cents: call.costCents,
  currency: call.currency,
})
