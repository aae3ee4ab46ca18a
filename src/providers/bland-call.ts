import { z } from 'zod'
import { longestSeconds } from '../calls/bounds.ts'
import type { CallEvent } from '../calls/call.ts'
import type { AnsweredBy } from '../calls/call-details.ts'
import { analysisOf, costOf, ended, type FinalStatus, talk, voicemail } from './ended.ts'
import { isoTime, keptIf, maybe, member, part, sentiment, transcript, webAddress, words } from './parse.ts'
import type { ReportedEvent } from '../calls/provider.ts'

const number = z.union([
  z.number().min(0),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number),
])
const amount = maybe(number)
const duration = maybe(number.pipe(z.number().max(longestSeconds)))

/** Bland: call details; its post-call webhook has about the same. */
const blandCall = z.object({
  call_id: words,
  c_id: words,
  completed: maybe(z.boolean()),
  status: words,
  queue_status: words,
  error_message: words,
  answered_by: words,
  transferred_to: words,
  from: words,
  started_at: isoTime,
  corrected_duration: duration,
  call_length: duration,
  price: amount,
  metadata: part({ call_id: words }),
  summary: words,
  analysis: maybe(z.unknown()),
  variables: maybe(z.unknown()),
  disposition_tag: maybe(z.unknown()),
  transcripts: transcript('user', 'text'),
  recording_url: webAddress,
})
type BlandCall = z.infer<typeof blandCall>

/** Parses a call, in Bland's newer envelope or without; anything else becomes an empty call. */
export const blandCallIn = (json: unknown): BlandCall =>
  blandCall.catch({}).parse(member(json, 'data') ?? json)

export const idOf = ({ call_id, c_id }: BlandCall) => call_id ?? c_id

export const reportedEvents = (payload: unknown, now: number): ReportedEvent[] => {
  const said = blandCallIn(payload)
  const [callId, providerCallId] = [said.metadata?.call_id ?? null, idOf(said) ?? null]
  if (callId === null && providerCallId === null) return []
  return eventsOf(said, now).map((event) => ({ callId, providerCallId, event }))
}

export const eventsOf = (said: BlandCall, now: number): CallEvent[] => {
  const { started_at: startedAt } = said
  const answered: CallEvent[] = startedAt === undefined ? [] : [{ type: 'answered', at: startedAt }]
  if (!isOver(said)) {
    const dials = said.queue_status === 'started' && startedAt === undefined
    return dials ? [{ type: 'ringing', at: now }] : answered
  }
  const end = endOf(said, now)
  return startedAt !== undefined && wasTalk(end.status) ? talk(startedAt, end) : [end]
}

/** Of a call that broke off too; one that was canceled after its start had been answered. */
const wasTalk = (status: FinalStatus) => status !== 'busy' && status !== 'no_answer'

const endOf = (said: BlandCall, now: number) => {
  const { started_at: startedAt } = said
  const status = outcomeOf(said)
  const isTalk = status === 'completed' || (startedAt !== undefined && wasTalk(status))
  const seconds = isTalk ? secondsOf(said, now) : undefined
  return ended({
    at: startedAt !== undefined && seconds !== undefined ? startedAt + seconds * 1000 : now,
    status,
    ...whoAnswered(said, status),
    reason: reasonOf(said, status),
    fromNumber: said.from,
    durationSeconds: seconds,
    details: {
      summary: said.summary,
      sentiment: sentiment.parse(member(said.analysis, 'sentiment')),
      analysis: analysisOf({
        analysis: said.analysis,
        disposition_tag: said.disposition_tag,
        transferred_to: said.transferred_to,
        variables: said.variables,
      }),
      transcript: said.transcripts,
      recordingRef: keptIf(said.recording_url),
      ...costOf(said.price),
    },
  })
}

const whoAnswered = ({ answered_by, error_message, transferred_to }: BlandCall, status: FinalStatus) => {
  if (status === 'failed' && isCapacity(error_message)) return { code: 'provider_capacity' } as const
  if (status === 'completed' && answered_by === 'voicemail') return voicemail
  const isTransfer = status === 'completed' && transferred_to !== undefined
  return {
    answeredBy: answerers.get(answered_by ?? ''),
    ...(isTransfer ? { code: 'transferred' as const } : {}),
  }
}

const answerers = new Map<string, AnsweredBy>([
  ['human', 'human'],
  ['unknown', 'unknown'],
])

const reasonOf = ({ answered_by, error_message, queue_status, status }: BlandCall, outcome: FinalStatus) => {
  if (outcome === 'completed')
    return answered_by === 'voicemail' ? 'Bland: answered by voicemail.' : undefined
  const said = error_message ?? status ?? queue_status
  return said === undefined ? undefined : `Bland: ${said}`
}

export const isCapacity = (complaint = '') =>
  /concurren|capacity|rate.?limit|daily.*limit/i.test(complaint.slice(0, 1000))

const finals = new Map<string, FinalStatus>([
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['canceled', 'canceled'],
])

const isOver = ({ completed, queue_status = '', status = '' }: BlandCall) =>
  completed === true || finals.has(status) || /^completed?$|_error$/.test(queue_status)

/**
 * `completed` only means that the call is over. `complete_error` may be a conversation whose report could not be
 * delivered.
 */
const outcomeOf = (said: BlandCall): FinalStatus => {
  const named = finals.get(said.status ?? '')
  if (named !== undefined && named !== 'completed') return named
  if (said.answered_by === 'no-answer') return 'no_answer'
  if (named === 'completed') return named
  const neverRang = /^(pre_queue|queue|call)_error$/.test(said.queue_status ?? '')
  const neverTalked = said.started_at === undefined && said.error_message !== undefined
  return neverRang || neverTalked ? 'failed' : 'completed'
}

/**
 * `call_length` is in minutes by the reference, in seconds by other pages of Bland. In minutes it may be longer than the
 * call can have lasted, and is then in seconds.
 */
const secondsOf = ({ call_length, corrected_duration, started_at }: BlandCall, now: number) => {
  if (corrected_duration !== undefined || call_length === undefined) return corrected_duration
  const most = started_at === undefined ? Infinity : (now - started_at) / 1000 + 5
  return call_length * 60 <= most ? call_length * 60 : call_length
}
