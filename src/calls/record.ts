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
  reason_code: z
    .enum(reasonCodes)
    .nullable()
    .describe('Why it ended other than by a conversation that came to its end.'),
  reason: z.string().nullable().describe('The same, and more, in words.'),
  answered_by: z
    .enum(answeredBy)
    .nullable()
    .describe('Who picked up; null where nobody did, or the provider does not say.'),
  created_at: time,
  ringing_at: time.nullable(),
  started_at: time.nullable().describe('When it was answered.'),
  ended_at: time.nullable().describe('When it was over; null while it is not.'),
  duration_seconds: z.int().nullable().describe('From the answer to the end; null while not known.'),
  summary: z.string().nullable(),
  sentiment: z.enum(sentiments).nullable(),
  transcript: z.array(z.object({ role: z.enum(['agent', 'human']), content: z.string() })).nullable(),
  recording_url: z.string().nullable(),
  analysis: jsonObject()
    .nullable()
    .describe('What the agent found out, its verdict and transfers, by the provider’s own names.'),
  cost_cents: z.int().nullable().describe('In hundredths of `currency`.'),
  currency: z.string().nullable().describe('ISO 4217; null where no cost is known.'),
})

export const presentCall = (
  call: Call,
  environment: { name: EnvironmentName },
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
  created_at: iso(call.createdAt),
  ringing_at: iso(call.ringingAt),
  started_at: iso(call.answeredAt),
  ended_at: iso(call.endedAt),
  duration_seconds: call.durationSeconds,
  summary: call.summary,
  sentiment: call.sentiment,
  transcript: call.transcript,
  recording_url: call.recordingUrl,
  analysis: call.analysis,
  cost_cents: call.costCents,
  currency: call.currency,
})
