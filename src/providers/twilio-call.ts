import { z } from 'zod'
import type { CallEvent } from '../calls/call.ts'
import { centsOf, ended, type FinalStatus } from './ended.ts'
import { keptIf, maybe, webAddress, words } from './parse.ts'
import type { ReportedEvent } from '../calls/provider.ts'

const finals = new Map<string, FinalStatus>([
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['failed', 'failed'],
  ['no-answer', 'no_answer'],
  ['canceled', 'canceled'],
])

export const isFinal = (status: string) => finals.has(status)

const matching = (pattern: RegExp) => z.string().regex(pattern)
/** RFC 2822, as all times of this interface. Date.parse alone would take 3600.5 for a year. */
const time = maybe(
  matching(/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} [\d:]{8} (?:[+-]\d{4}|GMT)$/)
    .transform(Date.parse)
    .refine(Number.isFinite),
)

/** How a call stands: what its resource and its callbacks say alike. */
export const twilioCall = z.object({
  status: z.string(),
  start_time: time,
  end_time: time,
  duration: maybe(matching(/^\d{1,9}$/).transform(Number)),
  /** Negative, and null until it is known. */
  price: maybe(matching(/^-?\d{1,9}(\.\d+)?$/).transform(Number)),
  price_unit: words,
  sip_code: maybe(matching(/^\d{3}$/)),
  recording_url: webAddress,
})
type TwilioCall = z.infer<typeof twilioCall>

/** What a callback says, with our id where its address has it. */
export const reportedEvents = (
  fields: URLSearchParams,
  callId: string | null,
  now: number,
): ReportedEvent[] => {
  const known = twilioCall.safeParse({
    status: fields.get('CallStatus'),
    start_time: fields.get('Timestamp'),
    end_time: fields.get('Timestamp'),
    duration: fields.get('CallDuration'),
    sip_code: fields.get('SipResponseCode'),
    recording_url: fields.get('RecordingUrl'),
  })
  const providerCallId = fields.get('CallSid')
  const events = known.success ? eventsOf(known.data, now) : []
  return events.map((event) => ({ callId, providerCallId, event }))
}

/** Nothing for `queued` and `initiated`, which the call already is, and for a status that is new to us. */
export const eventsOf = (said: TwilioCall, now: number): CallEvent[] => {
  const { start_time = now, end_time = now, duration, price, price_unit, sip_code, recording_url } = said
  if (said.status === 'ringing') return [{ type: 'ringing', at: start_time }]
  if (said.status === 'in-progress') return [{ type: 'answered', at: start_time }]
  const status = finals.get(said.status)
  if (!status) return []
  const inDollars = price !== undefined && price_unit?.toUpperCase() === 'USD'
  const isTold = sip_code !== undefined && status !== 'completed'
  return [
    ended({
      at: end_time,
      status,
      reason: isTold ? `Twilio reported SIP response ${sip_code}.` : undefined,
      durationSeconds: duration,
      details: {
        recordingRef: keptIf(recording_url),
        costCents: inDollars ? centsOf(Math.abs(price)) : undefined,
      },
    }),
  ]
}
