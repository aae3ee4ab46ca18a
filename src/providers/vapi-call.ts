import { z } from 'zod'
import type { CallEvent } from '../calls/call.ts'
import { centsOf, ended } from './ended.ts'
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

/** Seconds or milliseconds: Vapi does not say which. No time in question is as small in milliseconds. */
export const toMs = (time: number) => (time < 1e11 ? time * 1000 : time)

const time = maybe(z.union([writtenTime, z.number().transform(toMs)]))

/** Vapi: get call, and server messages, which say the same beside the call. Roles are recalled. */
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
    recording: part({ stereoUrl: webAddress, mono: part({ combinedUrl: webAddress }) }),
  }),
  analysis: part({ summary: words, structuredData: part({ sentiment }) }),
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

/** `forwarding`: handed to a person, its end still comes. `deletion-failed`: its data, which goes after its end. */
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
  const talk = outcome.status === 'completed' && startedAt !== undefined && startedAt <= at
  const { messages, presignedMonoUrl, recording, recordingUrl } = artifact ?? {}
  // Private all of them, and some are signed for minutes: they only say that there is a recording.
  const links = [presignedMonoUrl, recordingUrl, recording?.mono?.combinedUrl, recording?.stereoUrl]
  const end = ended({
    at,
    ...outcome,
    reason: /^[\w.-]{1,100}$/.test(endedReason) ? `Vapi: ${endedReason}.` : undefined,
    durationSeconds: talk && said.endedAt ? (at - startedAt) / 1000 : undefined,
    details: {
      summary: analysis?.summary,
      sentiment: analysis?.structuredData?.sentiment,
      transcript: messages,
      recordingRef: keptIf(links.some((link) => link !== undefined)),
      costCents: centsOf(said.cost),
    },
  })
  return talk ? [{ type: 'answered', at: startedAt }, end] : [end]
}

type Outcome = Pick<Extract<CallEvent, { type: 'ended' }>, 'status' | 'code'>

/** Vapi: call ended reason. Of some 600 the rest is failures that say so, and the ways in which a talk ends. */
const outcomes: [RegExp, Outcome][] = [
  [/^customer-busy$/, { status: 'busy' }],
  [/^customer-did-not-answer$|sip-(408|480)-/, { status: 'no_answer' }],
  [/^(manually-canceled|call-deleted|scheduled-call-deleted)$/, { status: 'canceled' }],
  [/concurrency-limit|daily-limit/, { status: 'failed', code: 'provider_capacity' }],
  [/^call[.-]start[.-].*error/, { status: 'failed', code: 'provider_refused' }],
  [
    /error|fail|fault|not-(found|valid)|shutdown|reject|misdialed|unallocated|released|disconnected|did-not|no-call|join-timed|request-returned/,
    { status: 'failed' },
  ],
]

const outcomeOf = (endedReason: string): Outcome =>
  outcomes.find(([pattern]) => pattern.test(endedReason))?.[1] ?? { status: 'completed' }
