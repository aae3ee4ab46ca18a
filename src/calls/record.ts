import { z } from 'zod'
import { type EnvironmentName, environmentNames } from '../agencies/environment.ts'
import { iso, time } from '../names.ts'
import { type Call, callStatuses, reasonCodes, sentiments } from './call.ts'

/** Any JSON object, kept as it is: `z.record` would drop a member called `__proto__`. */
export const jsonObject = (error?: string) =>
  z
    .custom<Record<string, unknown>>(
      (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value),
      error,
    )
    .meta({ type: 'object' })

/** A call as programs see it. */
export const callRecord = z.object({
  call_id: z.uuid(),
  status: z.enum(callStatuses),
  direction: z.literal('outbound'),
  environment: z.enum(environmentNames),
  agent_id: z.uuid(),
  provider: z.string().describe('Who dials: `simulator` or a voice provider.'),
  phone_number: z.string(),
  from_number: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  metadata: jsonObject().nullable(),
  reason_code: z.enum(reasonCodes).nullable().describe('Why it ended other than by itself.'),
  reason: z.string().nullable().describe('The same, and more, in words.'),
  created_at: time,
  ringing_at: time.nullable(),
  started_at: time.nullable().describe('When it was answered.'),
  ended_at: time.nullable().describe('When it was over; null while it is not.'),
  duration_seconds: z.int().nullable().describe('From the answer to the end; null while not known.'),
  summary: z.string().nullable(),
  sentiment: z.enum(sentiments).nullable(),
  transcript: z.array(z.object({ role: z.enum(['agent', 'human']), content: z.string() })).nullable(),
  recording_url: z
    .string()
    .nullable()
    .describe('Where this server serves the recording, with the API key; null while none is known.'),
  cost_cents: z.int().nullable(),
})

/** Where we serve the recording of a call; null while its provider is not known to keep one. */
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
  created_at: iso(call.createdAt),
  ringing_at: iso(call.ringingAt),
  started_at: iso(call.answeredAt),
  ended_at: iso(call.endedAt),
  duration_seconds: call.durationSeconds,
  summary: call.summary,
  sentiment: call.sentiment,
  transcript: call.transcript,
  recording_url: recordingUrlOf(call, publicUrl),
  cost_cents: call.costCents,
})
