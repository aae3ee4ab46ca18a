import { z } from 'zod'
import type { CallEvent, EndedEvent } from '../calls/call.ts'
import { costOf, ended, type FinalStatus, talk, voicemail } from './ended.ts'
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
/** RFC 2822, as all times of this API. Date.parse alone would accept 3600.5 as a year. */
const time = maybe(
  matching(/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} [\d:]{8} (?:[+-]\d{4}|GMT)$/)
    .transform(Date.parse)
    .refine(Number.isFinite),
)

/** The fields that a call resource and its callbacks share. */
export const twilioCall = z.object({
  status: z.string(),
  start_time: time,
  end_time: time,
  duration: maybe(matching(/^\d{1,9}$/).transform(Number)),
  /** The price: negative, and null until it is known. */
  price: maybe(matching(/^-?\d{1,9}(\.\d+)?$/).transform(Number)),
  price_unit: words,
  sip_code: maybe(matching(/^\d{3}$/)),
  recording_url: webAddress,
  answered_by: words,
  from: words,
})
type TwilioCall = z.infer<typeof twilioCall>

/** The events of a callback, with our id where its URL holds it. */
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
    answered_by: fields.get('AnsweredBy'),
    from: fields.get('From'),
  })
  const providerCallId = fields.get('CallSid')
  const events = known.success ? eventsOf(known.data, now) : []
  return events.map((event) => ({ callId, providerCallId, event }))
}

/** No event for `queued` and `initiated`, which is the initial state, nor for unknown statuses. */
export const eventsOf = (said: TwilioCall, now: number): CallEvent[] => {
  const { start_time = now, end_time = now, duration, price, sip_code } = said
  if (said.status === 'ringing') return [{ type: 'ringing', at: start_time }]
  const { answeredBy, ...outcome } = answererOf(said)
  if (said.status === 'in-progress')
    return [{ type: 'answered', at: start_time, ...(answeredBy && { answeredBy }) }]
  const status = finals.get(said.status)
  if (!status) return []
  const isTold = sip_code !== undefined && status !== 'completed'
  const end = ended({
    at: end_time,
    status,
    ...(status === 'completed' ? { answeredBy, ...outcome } : {}),
    reason: isTold ? `Twilio reported SIP response ${sip_code}.` : undefined,
    fromNumber: said.from,
    durationSeconds: duration,
    details: {
      recordingRef: keptIf(said.recording_url),
      ...(price !== undefined && said.price_unit ? costOf(Math.abs(price), said.price_unit) : {}),
    },
  })
  // Twilio's start is when it dialled. Its duration begins with the answer, of which a callback may have been lost.
  return status === 'completed' && duration !== undefined ? talk(end_time - duration * 1000, end) : [end]
}

/** Twilio: answering machine detection. A fax is a machine, but takes no message. */
const answererOf = ({ answered_by = '' }: TwilioCall): Partial<Pick<EndedEvent, 'answeredBy' | 'code'>> => {
  if (answered_by.startsWith('machine_')) return voicemail
  if (answered_by === 'fax') return { answeredBy: 'machine' }
  return answered_by === 'human' || answered_by === 'unknown' ? { answeredBy: answered_by } : {}
}
