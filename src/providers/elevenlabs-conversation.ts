import { z } from 'zod'
import type { CallEvent } from '../calls/call.ts'
import { joinId } from './call-id.ts'
import { ended } from './ended.ts'
import { amount, duration, keptIf, maybe, member, part, text, transcript, words } from './parse.ts'
import type { ReportedEvent } from '../calls/provider.ts'

/** Both what is answered about a conversation and the data of a webhook. The schema of a failure is second-hand. */
export const conversation = z.object({
  conversation_id: words,
  status: words,
  user_id: words,
  failure_reason: words,
  transcript: transcript('role', 'message'),
  analysis: part({ transcript_summary: words }),
  has_audio: maybe(z.boolean()),
  metadata: part({
    start_time_unix_secs: amount,
    accepted_time_unix_secs: amount,
    call_duration_secs: duration,
    termination_reason: words,
    error: maybe(z.unknown()),
    phone_call: part({ call_sid: words }),
    body: part({ CallSid: words, CallStatus: words }),
  }),
  conversation_initiation_client_data: part({
    user_id: words,
    dynamic_variables: part({ call_id: words }),
  }),
})
type Conversation = z.infer<typeof conversation>
const webhook = z.object({ type: z.string(), event_timestamp: amount, data: conversation })

export const reportedEvents = (payload: unknown, now: number): ReportedEvent[] => {
  const known = webhook.safeParse(payload)
  if (!known.success) return []
  const { type, event_timestamp: reportedAt, data } = known.data
  const names = { callId: ourIdIn(data), providerCallId: theirIdIn(data) ?? null }
  const events = eventsIn(type, data, reportedAt === undefined ? now : reportedAt * 1000)
  return events.map((event) => ({ ...names, event }))
}

export const ourIdIn = ({ user_id, conversation_initiation_client_data: given }: Conversation) =>
  given?.dynamic_variables?.call_id ?? given?.user_id ?? user_id ?? null

const theirIdIn = ({ conversation_id, metadata }: Conversation) =>
  joinId(conversation_id, metadata?.phone_call?.call_sid ?? metadata?.body?.CallSid)

/** What a conversation says; undefined for a status that is none of ElevenLabs'. */
export const eventsOf = (said: Conversation, now: number): CallEvent[] | undefined => {
  switch (said.status) {
    case 'initiated':
      return []
    case 'in-progress':
      return answered(said, now)
    case 'processing':
    case 'done':
      return completed(said, now)
    case 'failed':
      return failed(said, now)
    default:
      return undefined
  }
}

/** There is no event of a start. Audio and machine detection bring nothing that a call keeps. */
const eventsIn = (type: string, data: Conversation, now: number): CallEvent[] => {
  if (type === 'call_initiation_failure') return failed(data, now)
  if (type !== 'post_call_transcription') return []
  return data.status === 'failed' ? failed(data, now) : completed(data, now)
}

/** In milliseconds; undefined where nobody answered, or nobody says. */
const answeredAt = ({ metadata }: Conversation) => {
  const seconds = metadata?.accepted_time_unix_secs ?? metadata?.start_time_unix_secs
  return seconds === undefined ? undefined : Math.round(seconds * 1000)
}

const answered = (said: Conversation, now: number): CallEvent[] => [
  { type: 'answered', at: answeredAt(said) ?? now },
]

const completed = (said: Conversation, now: number): CallEvent[] => [
  ...(answeredAt(said) === undefined ? [] : answered(said, now)),
  ended({ status: 'completed', ...endOf(said, now) }),
]

const failed = (said: Conversation, now: number): CallEvent[] => {
  const { failure_reason, metadata } = said
  const error = text(metadata?.error) ?? text(member(metadata?.error, 'reason'))
  const causes = [failure_reason, metadata?.body?.CallStatus, metadata?.termination_reason, error]
  const told = causes.filter((cause) => cause !== undefined && cause !== 'unknown')
  const why = [...new Set(told)].join('; ')
  return [
    ended({
      status: failureFrom(why),
      code: /concurren|system_busy/i.test(why) ? 'provider_capacity' : undefined,
      reason: why === '' ? undefined : `ElevenLabs: ${why}.`,
      ...endOf(said, now),
    }),
  ]
}

const failureFrom = (why: string) => {
  if (/no[-_ ]?answer/i.test(why)) return 'no_answer'
  if (/\bbusy\b/i.test(why)) return 'busy'
  return /\bcancell?ed\b/i.test(why) ? 'canceled' : 'failed'
}

/** What any end tells. A conversation's `cost` is in credits, not in money: it is not kept. */
const endOf = ({ metadata, analysis, has_audio, transcript: spoken }: Conversation, now: number) => {
  const { start_time_unix_secs: start, call_duration_secs: durationSeconds } = metadata ?? {}
  const isTimed = start !== undefined && durationSeconds !== undefined
  return {
    at: isTimed ? Math.round((start + durationSeconds) * 1000) : now,
    durationSeconds,
    details: {
      summary: analysis?.transcript_summary,
      transcript: spoken,
      recordingRef: keptIf(has_audio),
    },
  }
}
