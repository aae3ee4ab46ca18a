import { z } from 'zod'
import type { CallEvent } from '../calls/call.ts'
import { analysisOf, ended, type FinalStatus, talk, voicemail } from './ended.ts'
import { amount, maybe, keptIf, part, transcript, sentiment, webAddress, words } from './parse.ts'
import type { ReportedEvent } from '../calls/provider.ts'

/** Retell: get call, and the call of its webhooks. */
export const retellCall = z.object({
  call_id: z.string().min(1),
  call_status: words,
  metadata: part({ call_id: words }),
  start_timestamp: amount,
  end_timestamp: amount,
  from_number: words,
  collected_dynamic_variables: maybe(z.unknown()),
  transfer_destination: words,
  duration_ms: amount,
  disconnection_reason: words,
  transcript_object: transcript('role', 'content'),
  recording_url: webAddress,
  /** The only one where the agent keeps everything except personal information. */
  scrubbed_recording_url: webAddress,
  call_analysis: part({
    call_summary: words,
    user_sentiment: sentiment,
    in_voicemail: maybe(z.boolean()),
    call_successful: maybe(z.unknown()),
    custom_analysis_data: maybe(z.unknown()),
  }),
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

/** The events of a call object; undefined for an unknown status. */
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

/** `call_started` is sent for answered calls only; `call_analyzed` repeats `call_ended` with more details. */
const eventsIn = (event: string, call: RetellCall, now: number): CallEvent[] => {
  if (event === 'call_started') return [answered(call, now)]
  return event === 'call_ended' || event === 'call_analyzed' ? endOf(call, now) : []
}

const answered = ({ start_timestamp }: RetellCall, now: number): CallEvent => ({
  type: 'answered',
  at: start_timestamp ?? now,
})

/** The disconnection reasons that mean anything but a normal end. */
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
  const end = ended({
    at: call.end_timestamp ?? now,
    status,
    ...whoAnswered(call, status),
    fromNumber: call.from_number,
    reason: /^((user|agent)_hangup)?$/.test(why) ? undefined : `Retell: ${why.slice(0, 100)}.`,
    durationSeconds: duration_ms === undefined ? undefined : duration_ms / 1000,
    details: {
      summary: analysis?.call_summary,
      sentiment: analysis?.user_sentiment,
      analysis: analysisOf({
        call_successful: analysis?.call_successful,
        custom_analysis_data: analysis?.custom_analysis_data,
        collected_dynamic_variables: call.collected_dynamic_variables,
        transfer_destination: call.transfer_destination,
      }),
      transcript: call.transcript_object,
      recordingRef: keptIf(recordingLinkIn(call)),
      // In cents, by the SDK's types.
      ...(cost === undefined ? {} : { costCents: Math.round(cost), currency: 'USD' }),
    },
  })
  return start_timestamp !== undefined && wasConnected(call, status) ? talk(start_timestamp, end) : [end]
}

/** Of a call that never was, Retell may have a start all the same: when it began to dial. */
const wasConnected = ({ call_status, disconnection_reason: why = '' }: RetellCall, status: FinalStatus) =>
  status === 'completed' ||
  (status === 'failed' && call_status !== 'not_connected' && !neverConnected.test(why))

const neverConnected = /^dial_|concurrency|payment|destination|telephony_provider|sip_routing|registered_call/

const whoAnswered = ({ call_analysis, disconnection_reason: why = '' }: RetellCall, status: FinalStatus) => {
  if (why.includes('concurrency')) return { code: 'provider_capacity' } as const
  if (status !== 'completed') return {}
  if (why === 'voicemail_reached' || call_analysis?.in_voicemail === true) return voicemail
  if (why === 'ivr_reached') return { answeredBy: 'machine' } as const
  const isTransfer = why === 'call_transfer' || why === 'transfer_bridged'
  return {
    ...(isTransfer ? { code: 'transferred' as const } : {}),
    ...(call_analysis?.in_voicemail === false ? { answeredBy: 'human' as const } : {}),
  }
}
