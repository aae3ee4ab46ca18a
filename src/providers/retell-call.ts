import { z } from 'zod'
import type { CallEvent } from '../calls/call.ts'
import { ended, type FinalStatus } from './ended.ts'
import { amount, keptIf, part, transcript, sentiment, webAddress, words } from './parse.ts'
import type { ReportedEvent } from '../calls/provider.ts'

/** Retell: get call, and the call of its webhooks. */
export const retellCall = z.object({
  call_id: z.string().min(1),
  call_status: words,
  metadata: part({ call_id: words }),
  start_timestamp: amount,
  end_timestamp: amount,
  duration_ms: amount,
  disconnection_reason: words,
  transcript_object: transcript('role', 'content'),
  recording_url: webAddress,
  /** The only one where the agent keeps everything except personal information. */
  scrubbed_recording_url: webAddress,
  call_analysis: part({ call_summary: words, user_sentiment: sentiment }),
  call_cost: part({ combined_cost: amount }),
})
type RetellCall = z.infer<typeof retellCall>
const webhook = z.object({ event: z.string(), call: retellCall })

/** Signed for a day at most, where the agent opted in to that. */
export const recordingLinkIn = ({ recording_url, scrubbed_recording_url }: RetellCall) =>
  recording_url ?? scrubbed_recording_url

export const reportedEvents = (payload: unknown, now: number): ReportedEvent[] => {
  const known = webhook.safeParse(payload)
  if (!known.success) return []
  const { event, call } = known.data
  const names = { callId: call.metadata?.call_id ?? null, providerCallId: call.call_id }
  return eventsIn(event, call, now).map((one) => ({ ...names, event: one }))
}

/** What a call object says; undefined for a status that is none of Retell's. */
export const eventsOf = (call: RetellCall, now: number): CallEvent[] | undefined => {
  switch (call.call_status) {
    case 'registered':
      return []
    case 'ongoing':
      return [answered(call, now)]
    case 'ended':
    case 'error':
    case 'not_connected':
      return endOf(call, now)
    default:
      return undefined
  }
}

/** `call_started` is sent of a connected call alone; `call_analyzed` repeats `call_ended` with more. */
const eventsIn = (event: string, call: RetellCall, now: number): CallEvent[] => {
  if (event === 'call_started') return [answered(call, now)]
  return event === 'call_ended' || event === 'call_analyzed' ? endOf(call, now) : []
}

const answered = ({ start_timestamp }: RetellCall, now: number): CallEvent => ({
  type: 'answered',
  at: start_timestamp ?? now,
})

/** Why Retell hung up, as far as it means something else than a conversation that came to its end. */
const outcomes = new Map<string, FinalStatus>([
  ['dial_busy', 'busy'],
  ['user_declined', 'busy'],
  ['dial_no_answer', 'no_answer'],
  ['dial_failed', 'failed'],
  ['concurrency_limit_reached', 'failed'],
  ['no_concurrency_fallback', 'failed'],
  ['no_valid_payment', 'failed'],
  ['scam_detected', 'failed'],
  ['invalid_destination', 'failed'],
  ['telephony_provider_permission_denied', 'failed'],
  ['telephony_provider_unavailable', 'failed'],
  ['sip_routing_error', 'failed'],
  ['marked_as_spam', 'failed'],
  ['registered_call_timeout', 'failed'],
])

const statusOf = ({ call_status, disconnection_reason: why = '' }: RetellCall) => {
  const unconnected = call_status === 'not_connected'
  if (why === 'manual_stopped' && unconnected) return 'canceled'
  const isFailure = unconnected || call_status === 'error' || why.startsWith('error_')
  return outcomes.get(why) ?? (isFailure ? 'failed' : 'completed')
}

const endOf = (call: RetellCall, now: number): CallEvent[] => {
  const { disconnection_reason: why = '', duration_ms, start_timestamp, call_analysis: analysis } = call
  const status = statusOf(call)
  const cost = call.call_cost?.combined_cost
  return [
    ...(status === 'completed' && start_timestamp !== undefined ? [answered(call, now)] : []),
    ended({
      at: call.end_timestamp ?? now,
      status,
      code: why.includes('concurrency') ? 'provider_capacity' : undefined,
      reason: /^((user|agent)_hangup)?$/.test(why) ? undefined : `Retell: ${why.slice(0, 100)}.`,
      durationSeconds: duration_ms === undefined ? undefined : duration_ms / 1000,
      details: {
        summary: analysis?.call_summary,
        sentiment: analysis?.user_sentiment,
        transcript: call.transcript_object,
        recordingRef: keptIf(recordingLinkIn(call)),
        // In cents already, by the SDK's types.
        costCents: cost === undefined ? undefined : Math.round(cost),
      },
    }),
  ]
}
