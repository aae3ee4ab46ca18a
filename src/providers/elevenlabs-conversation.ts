import { z } from 'zod'
import type { CallEvent } from '../calls/call.ts'
import { analysisOf, costOf, ended, type FinalStatus, talk, voicemail } from './ended.ts'
import { amount, duration, keptIf, maybe, member, part, text, transcript, words } from './parse.ts'
import type { ProviderIds, ReportedEvent } from '../calls/provider.ts'

/** A conversation, and the data of a webhook. The schema of failures is second-hand. */
export const conversation = z.object({
  conversation_id: words,
  status: words,
  user_id: words,
  failure_reason: words,
  transcript: transcript('role', 'message'),
  analysis: part({
    transcript_summary: words,
    call_successful: maybe(z.unknown()),
    call_success_score: maybe(z.unknown()),
    data_collection_results: maybe(z.unknown()),
    evaluation_criteria_results: maybe(z.unknown()),
  }),
  has_audio: maybe(z.boolean()),
  metadata: part({
    start_time_unix_secs: amount,
    accepted_time_unix_secs: amount,
    call_duration_secs: duration,
    termination_reason: words,
    error: maybe(z.unknown()),
    /** In dollars; `cost` is in credits. */
    cost_fiat: amount,
    phone_call: part({ type: words, call_sid: words, call_result: words, agent_number: words }),
    body: part({ CallSid: words, CallStatus: words, From: words }),
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
  const names = { callId: ourIdIn(data), ...theirIdsIn(data) }
  const events = eventsIn(type, data, reportedAt === undefined ? now : reportedAt * 1000)
  return events.map((event) => ({ ...names, event }))
}

export const ourIdIn = ({ user_id, conversation_initiation_client_data: given }: Conversation) =>
  given?.dynamic_variables?.call_id ?? given?.user_id ?? user_id ?? null

/** Asking takes the conversation, hanging up the call of the carrier. */
export const theirIdsIn = ({ conversation_id, metadata }: Conversation): ProviderIds => ({
  providerCallId: conversation_id ?? null,
  telephonyCallId: twilioSidIn(metadata),
})

/** The SID of an Exotel call is unknown at Twilio, where calls are hung up. */
const twilioSidIn = ({ body, phone_call }: NonNullable<Conversation['metadata']> = {}) =>
  (phone_call?.type ?? 'twilio') === 'twilio' ? (phone_call?.call_sid ?? body?.CallSid) : undefined

/** The events of a conversation; undefined for an unknown status. */
export const eventsOf = (said: Conversation, now: number): CallEvent[] | undefined => {
  switch (said.status) {
    case 'initiated':
      return []
    case 'in-progress':
      return [{ type: 'answered', at: startOf(said) ?? now }]
    case 'processing':
    case 'done':
    case 'failed':
      return endOf(said, now)
    default:
      return undefined
  }
}

/** There is no start event. Events of audio and of machine detection hold nothing that a call stores. */
const eventsIn = (type: string, data: Conversation, now: number): CallEvent[] => {
  if (type === 'call_initiation_failure') return endOf({ ...data, status: 'failed' }, now)
  return type === 'post_call_transcription' ? endOf(data, now) : []
}

const startOf = ({ metadata }: Conversation) => {
  const seconds = metadata?.accepted_time_unix_secs ?? metadata?.start_time_unix_secs
  return seconds === undefined ? undefined : Math.round(seconds * 1000)
}

const endOf = (said: Conversation, now: number): CallEvent[] => {
  const { metadata, analysis, has_audio, transcript: spoken } = said
  const { start_time_unix_secs: start, call_duration_secs: seconds, cost_fiat, phone_call } = metadata ?? {}
  const answeredAt = wasTalk(said) ? startOf(said) : undefined
  const end = ended({
    at: start !== undefined && seconds !== undefined ? Math.round((start + seconds) * 1000) : now,
    ...outcomeOf(said),
    fromNumber: phone_call?.agent_number ?? metadata?.body?.From,
    durationSeconds: seconds,
    details: {
      summary: analysis?.transcript_summary,
      transcript: spoken,
      analysis: analysisOf({
        call_successful: analysis?.call_successful,
        call_success_score: analysis?.call_success_score,
        data_collection_results: analysis?.data_collection_results,
        evaluation_criteria_results: analysis?.evaluation_criteria_results,
      }),
      recordingRef: keptIf(has_audio),
      ...costOf(cost_fiat),
    },
  })
  return answeredAt === undefined ? [end] : talk(answeredAt, end)
}

/** Every conversation has a start, whether or not anybody picked up. */
const wasTalk = ({ status, metadata }: Conversation) => {
  const { accepted_time_unix_secs: accepted, call_duration_secs: seconds, phone_call } = metadata ?? {}
  const result = phone_call?.call_result
  if (result !== undefined) return result === 'answered' || result === 'voicemail' || (seconds ?? 0) > 0
  if (accepted !== undefined || (seconds ?? 0) > 0) return true
  return status !== 'failed' && seconds === undefined
}

type Outcome = Pick<Parameters<typeof ended>[0], 'status' | 'code' | 'answeredBy' | 'reason'>

/** The telephony's own word first; a text is looked through only where there is none, and nobody has talked. */
const outcomeOf = (said: Conversation): Outcome => {
  const why = causeOf(said)
  const reason = why === '' || said.status !== 'failed' ? undefined : `ElevenLabs: ${why}.`
  if (/concurren|system_busy/i.test(why) && said.status === 'failed')
    return { status: 'failed', code: 'provider_capacity', reason }
  const result = said.metadata?.phone_call?.call_result
  if (result === 'no_answer' || result === 'busy') return { status: result, reason }
  const who =
    result === 'voicemail' ? voicemail : result === 'answered' ? { answeredBy: 'human' as const } : {}
  const isTold = wasTalk(said) || result === 'failed'
  if (said.status === 'failed' || result === 'failed')
    return { ...(wasTalk(said) ? who : {}), status: isTold ? 'failed' : failureFrom(why), reason }
  return { status: 'completed', ...who }
}

const causeOf = ({ failure_reason, metadata }: Conversation) => {
  const error = text(metadata?.error) ?? text(member(metadata?.error, 'reason'))
  const causes = [failure_reason, metadata?.body?.CallStatus, metadata?.termination_reason, error]
  const told = causes.filter((cause) => cause !== undefined && cause !== 'unknown')
  return [...new Set(told)].join('; ')
}

const failureFrom = (why: string): FinalStatus => {
  if (/no[-_ ]?answer/i.test(why)) return 'no_answer'
  if (/\bbusy\b/i.test(why)) return 'busy'
  return /\bcancell?ed\b/i.test(why) ? 'canceled' : 'failed'
}
