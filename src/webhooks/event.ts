import { z } from 'zod'
import { type Call, callStatuses } from '../calls/call.ts'
import { recordingUrlOf } from '../calls/record.ts'
import { sentiments } from '../calls/call-details.ts'
import { type EnvironmentName, environmentNames } from '../agencies/environment.ts'

export const eventNames = ['call_started', 'call_ended', 'test'] as const
export type EventName = (typeof eventNames)[number]

const time = z.iso.datetime()

/** The one definition of the body of every event. */
export const webhookPayload = z.object({
  event: z.enum(eventNames),
  /** True in a test event, absent otherwise. */
  test: z.literal(true).optional(),
  call_id: z.uuid(),
  agent_id: z.uuid(),
  agent_name: z.string(),
  environment: z.enum(environmentNames),
  status: z.enum(callStatuses),
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
  metadata: z
    .custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null)
    .meta({ type: 'object' })
    .nullable(),
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
  metadata: call.metadata,
})

const isoOrNull = (at: number | null) => (at === null ? null : new Date(at).toISOString())

/** Erases the personal data in a stored body. */
export const forgottenPayload = (payload: string): string => {
  const told = JSON.parse(payload) as WebhookPayload
  const noNumbers = { phone_number: '', to_number: '' }
  const nothing = { summary: null, sentiment: null, transcript: null, recording_url: null, metadata: null }
  return JSON.stringify({ ...told, ...noNumbers, ...nothing })
}
