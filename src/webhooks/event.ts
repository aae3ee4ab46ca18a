import { z } from 'zod'
import { type Call, callStatuses, reasonCodes } from '../calls/call.ts'
import { answeredBy, sentiments } from '../calls/call-details.ts'
import { consentRecord, jsonObject, recordingUrlOf } from '../calls/record.ts'
import { type EnvironmentName, environmentNames } from '../agencies/environment.ts'

export const eventNames = ['call_started', 'call_ended', 'call_analyzed', 'test'] as const
export type EventName = (typeof eventNames)[number]

const time = z.iso.datetime()

/** The one definition of the body of every event. */
export const webhookPayload = z
  .object({
    event: z.enum(eventNames),
    /** True in a test event, absent otherwise. */
    test: z.literal(true).optional(),
    call_id: z.uuid(),
    agent_id: z.uuid(),
    agent_name: z.string(),
    environment: z.enum(environmentNames),
    status: z.enum(callStatuses),
    reason_code: z.enum(reasonCodes).nullable(),
    reason: z.string().nullable(),
    answered_by: z.enum(answeredBy).nullable(),
    direction: z.literal('outbound'),
    phone_number: z.string(),
    from_number: z.string().nullable(),
    to_number: z.string(),
    duration_seconds: z.int().nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
    summary: z.string().nullable(),
    sentiment: z.enum(sentiments).nullable(),
    transcript: z.array(z.object({ role: z.enum(['agent', 'human']), content: z.string() })).nullable(),
    recording_url: z.string().nullable(),
    analysis: jsonObject().nullable(),
    cost_cents: z.int().nullable(),
    currency: z.string().nullable(),
    consent: consentRecord.nullable(),
    metadata: jsonObject().nullable(),
  })
  .meta({
    description:
      'Version 3 of the payload. Version 2 had no consent, version 1 no reason_code, reason, answered_by, analysis, cost_cents and currency. Fields are added, never removed or given another meaning.',
  })

export type WebhookPayload = z.infer<typeof webhookPayload>

interface Names {
  agent: string
  environment: EnvironmentName
  /** The public address of this server. */
  publicUrl: string
}

/** The body of an event of a call. */
export const payloadOf = (event: EventName, call: Call, names: Names): WebhookPayload => ({
  event,
  ...(event === 'test' ? { test: true as const } : {}),
  call_id: call.id,
  agent_id: call.agentId,
  agent_name: names.agent,
  environment: names.environment,
  status: call.status,
  reason_code: call.reasonCode,
  reason: call.reason,
  answered_by: call.answeredBy,
  direction: 'outbound',
  phone_number: call.phoneNumber,
  from_number: call.fromNumber,
  to_number: call.phoneNumber,
  duration_seconds: call.durationSeconds,
  started_at: isoOrNull(call.answeredAt),
  ended_at: isoOrNull(call.endedAt),
  summary: call.summary,
  sentiment: call.sentiment,
  transcript: call.transcript,
  recording_url: recordingUrlOf(call, names.publicUrl),
  analysis: call.analysis,
  cost_cents: call.costCents,
  currency: call.currency,
  consent: call.consent,
  metadata: call.metadata,
})

const isoOrNull = (at: number | null) => (at === null ? null : new Date(at).toISOString())

/** What is told of an end, whichever event tells it, and however its agent is called by now. */
export const toldOf = (payload: string): string => {
  const told = JSON.parse(payload) as WebhookPayload
  return JSON.stringify({ ...told, event: null, agent_name: null })
}

/** Erases the personal data in a stored body. */
export const forgottenPayload = (payload: string): string => {
  const told = JSON.parse(payload) as WebhookPayload
  const noNumbers = { phone_number: '', to_number: '' }
  const nothing = {
    reason: null,
    summary: null,
    sentiment: null,
    transcript: null,
    recording_url: null,
    analysis: null,
    consent: null,
    metadata: null,
  }
  return JSON.stringify({ ...told, ...noNumbers, ...nothing })
}
