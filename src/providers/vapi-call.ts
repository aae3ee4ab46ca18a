import { z } from 'zod'
import type { CallEvent, EndedEvent } from '../calls/call.ts'
import { analysisOf, costOf, ended, talk, voicemail } from './ended.ts'
import {
  amount,
  keptIf,
  maybe,
  member,
  part,
  sentiment,
  transcript,
  webAddress,
  words,
  writtenTime,
} from './parse.ts'
import type { ReportedEvent } from '../calls/provider.ts'

/** In seconds or milliseconds, which Vapi does not document. No relevant time is that small in milliseconds. */
export const toMs = (time: number) => (time < 1e11 ? time * 1000 : time)

const time = maybe(z.union([writtenTime, z.number().transform(toMs)]))

/** Vapi: get call, and server messages, which hold the same next to the call. The roles are recalled. */
export const vapiCall = z.object({
  id: words,
  status: words,
  endedReason: words,
  createdAt: time,
  timestamp: time,
  startedAt: time,
  endedAt: time,
  cost: amount,
  customer: part({ externalId: words }),
  assistantOverrides: part({ metadata: part({ call_id: words }) }),
  artifact: part({
    messages: transcript('role', 'message', 'content'),
    presignedMonoUrl: webAddress,
    recordingUrl: webAddress,
    structuredOutputs: maybe(z.unknown()),
    scorecards: maybe(z.unknown()),
    transfers: maybe(z.unknown()),
    recording: part({ stereoUrl: webAddress, mono: part({ combinedUrl: webAddress }) }),
  }),
  analysis: part({
    summary: words,
    structuredData: maybe(z.unknown()),
    structuredDataMulti: maybe(z.unknown()),
    successEvaluation: maybe(z.unknown()),
  }),
  destination: maybe(z.unknown()),
  phoneNumber: part({ number: words }),
  monitor: part({ controlUrl: words }),
})
export type VapiCall = z.infer<typeof vapiCall>

export const ourIdIn = ({ assistantOverrides, customer }: VapiCall) =>
  assistantOverrides?.metadata?.call_id ?? customer?.externalId

export const reportedEvents = (payload: unknown, now: number): ReportedEvent[] => {
  const message = member(payload, 'message')
  const type = member(message, 'type')
  if (type !== 'status-update' && type !== 'end-of-call-report') return []
  const said = vapiCall.parse({
    ...(member(message, 'call') as object | undefined),
    ...(message as object),
    id: member(member(message, 'call'), 'id'),
    ...(type === 'end-of-call-report' ? { status: 'ended' } : {}),
  })
  const [callId, providerCallId] = [ourIdIn(said) ?? null, said.id ?? null]
  if (callId === null && providerCallId === null) return []
  return eventsOf(said, now).map((event) => ({ callId, providerCallId, event }))
}

/** `forwarding`: transferred to a person, its end still comes. `deletion-failed`: about its data, after its end. */
export const eventsOf = (said: VapiCall, now: number): CallEvent[] => {
  switch (said.status) {
    case 'ringing':
      return [{ type: 'ringing', at: said.timestamp ?? now }]
    case 'in-progress':
    case 'forwarding':
      return [{ type: 'answered', at: said.timestamp ?? said.startedAt ?? now }]
    case 'ended':
      return endOf(said, now)
    case 'deletion-failed':
      return said.endedAt === undefined ? [] : endOf(said, now)
    default:
      return []
  }
}

const endOf = (said: VapiCall, now: number): CallEvent[] => {
  const { analysis, artifact, startedAt, endedReason = '' } = said
  const at = said.endedAt ?? said.timestamp ?? now
  const outcome = outcomeOf(endedReason)
  const isTalk = startedAt !== undefined && startedAt <= at && !neverAnswered.test(endedReason)
  const { messages, presignedMonoUrl, recording, recordingUrl } = artifact ?? {}
  // Private all of them, and some are signed for minutes: they only say that there is a recording.
  const links = [presignedMonoUrl, recordingUrl, recording?.mono?.combinedUrl, recording?.stereoUrl]
  const end = ended({
    at,
    ...outcome,
    // Whoever has talked on it: what was canceled is the rest of a talk.
    status: isTalk && outcome.status === 'canceled' ? 'completed' : outcome.status,
    fromNumber: said.phoneNumber?.number,
    reason: /^[\w.-]{1,100}$/.test(endedReason) ? `Vapi: ${endedReason}.` : undefined,
    durationSeconds: isTalk && said.endedAt ? (at - startedAt) / 1000 : undefined,
    details: {
      summary: analysis?.summary,
      sentiment: sentiment.parse(member(analysis?.structuredData, 'sentiment')),
      analysis: analysisOf({
        structuredData: analysis?.structuredData,
        structuredDataMulti: analysis?.structuredDataMulti,
        successEvaluation: analysis?.successEvaluation,
        structuredOutputs: artifact?.structuredOutputs,
        scorecards: artifact?.scorecards,
        destination: said.destination,
        transfers: artifact?.transfers,
      }),
      transcript: messages,
      recordingRef: keptIf(links.some((link) => link !== undefined)),
      ...costOf(said.cost),
    },
  })
  return isTalk ? talk(startedAt, end) : [end]
}

/** What ends a call before anybody picks up, whatever start it is said to have. */
const neverAnswered =
  /^(customer-(busy|did-not-)|call[.-](start|ringing)[.-])|failed-to-connect|misdialed|unallocated|rejected|sip-\d{3}-|no-call-received/

type Outcome = Pick<EndedEvent, 'status' | 'code' | 'answeredBy'>

/** Vapi: call ended reason. The rest of some 600 are failures by name, and the ends of a conversation. */
const outcomes: [RegExp, Outcome][] = [
  [/^customer-busy$/, { status: 'busy' }],
  [/^customer-did-not-answer$|sip-(408|480)-/, { status: 'no_answer' }],
  [/^voicemail$/, { status: 'completed', ...voicemail }],
  [/^assistant-forwarded-call$|hook-executed-transfer$/, { status: 'completed', code: 'transferred' }],
  [/^(manually-canceled|call-deleted|scheduled-call-deleted)$/, { status: 'canceled' }],
  [/concurrency-limit|daily-limit/, { status: 'failed', code: 'provider_capacity' }],
  [/^call[.-]start[.-].*error/, { status: 'failed', code: 'provider_refused' }],
  [
    /error|fail|fault|not-(found|valid)|shutdown|closed-websocket|reject|misdialed|unallocated|released|disconnected|did-not|no-call|join-timed|request-returned/,
    { status: 'failed' },
  ],
]

const outcomeOf = (endedReason: string): Outcome =>
  outcomes.find(([pattern]) => pattern.test(endedReason))?.[1] ?? { status: 'completed' }
