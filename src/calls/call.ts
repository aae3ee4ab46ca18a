export const finalStatuses = ['completed', 'no_answer', 'busy', 'failed', 'canceled'] as const
export const callStatuses = ['initiated', 'ringing', 'in_progress', ...finalStatuses] as const
export const dispatchStates = ['pending', 'sending', 'placed', 'refused', 'unknown'] as const
export const sentiments = ['positive', 'neutral', 'negative'] as const

type FinalStatus = (typeof finalStatuses)[number]
type CallStatus = (typeof callStatuses)[number]
type DispatchState = (typeof dispatchStates)[number]

export interface TranscriptLine {
  role: 'agent' | 'human'
  content: string
}

/** The details that a provider reports at the end of a call or later; null until then. */
export interface CallDetails {
  summary: string | null
  sentiment: (typeof sentiments)[number] | null
  transcript: TranscriptLine[] | null
  recordingUrl: string | null
  costCents: number | null
}

/** The code of an end that is not the call's own. `reason` says more, in words. */
export const reasonCodes = [
  'provider_refused',
  'provider_capacity',
  'provider_unreachable',
  'provider_lost',
  'max_duration',
  'ended_on_request',
  'released',
] as const

type ReasonCode = (typeof reasonCodes)[number]

/** The part of a call that is fixed when it is triggered. */
export interface CallOrder {
  id: string
  agencyId: string
  environmentId: string
  agentId: string
  provider: string
  /** The provider's account that dials; null for the simulator, and where none was connected. */
  accountId: string | null
  /** The provider's id of the agent, and the number to call from. */
  agentRef: string | null
  fromNumber: string | null
  phoneNumber: string
  name: string | null
  email: string | null
  metadata: Record<string, unknown> | null
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  /** The hard cap: at this time the call ends and its lease is released. */
  expiresAt: number
}

export interface Call extends CallOrder, CallDetails {
  /** The number of the window grant that admitted the trigger; null where it took none. */
  grantNumber: number | null
  status: CallStatus
  /** The state of the order to the provider, committed before the next step. */
  dispatch: DispatchState
  providerCallId: string | null
  /** The id of its telephony leg, where the provider dials through a carrier that has one of its own. */
  telephonyCallId: string | null
  reasonCode: ReasonCode | null
  /** The reason of the end, in words. */
  reason: string | null
  ringingAt: number | null
  answeredAt: number | null
  endedAt: number | null
  durationSeconds: number | null
  /** The call is over here, and the provider has not hung up yet. Hanging up is retried until it has. */
  hangUpPending: boolean
  /** The time of the next request for missing details, and the number of requests so far. */
  detailsDueAt: number | null
  detailsAttempts: number
  /** The first `not_found` of an unbroken series. */
  missingSince: number | null
  /** The time at which the order was sent, committed just before. */
  sentAt: number | null
  /** The last event from the provider, or the last request to it. */
  lastContactAt: number
}

/** An event of a call at its provider. Events may repeat, be late, be out of order, or be missing. */
export type CallEvent =
  | { type: 'ringing'; at: number }
  | { type: 'answered'; at: number }
  | {
      type: 'ended'
      at: number
      status: FinalStatus
      code?: ReasonCode
      reason?: string
      /** The provider's own count, where it gives one. */
      durationSeconds?: number
      details?: Partial<CallDetails>
    }

export const newCall = (order: CallOrder, grantNumber: number | null = null): Call => ({
  ...order,
  grantNumber,
  status: 'initiated',
  dispatch: 'pending',
  providerCallId: null,
  telephonyCallId: null,
  reasonCode: null,
  reason: null,
  ringingAt: null,
  answeredAt: null,
  endedAt: null,
  durationSeconds: null,
  hangUpPending: false,
  detailsDueAt: null,
  detailsAttempts: 0,
  missingSince: null,
  sentAt: null,
  lastContactAt: order.createdAt,
  summary: null,
  sentiment: null,
  transcript: null,
  recordingUrl: null,
  costCents: null,
})

/** The lease of a call, which holds it until it is over. */
export const leaseOf = (call: CallOrder) => ({
  callId: call.id,
  environmentId: call.environmentId,
  takenAt: call.createdAt,
  expiresAt: call.expiresAt,
})

export const isOver = (call: Pick<Call, 'endedAt'>) => call.endedAt !== null

/** True once the personal data of the call was erased: no other call is without a number. */
export const isForgotten = (call: Pick<Call, 'phoneNumber'>) => call.phoneNumber === ''

/** Erases the personal data of a call. Its status, times and end stay. */
export const forgotten = (call: Call): Call => ({
  ...call,
  phoneNumber: '',
  name: null,
  email: null,
  metadata: null,
  reason: null,
  summary: null,
  sentiment: null,
  transcript: null,
  recordingUrl: null,
  // A user's own dialler may have made this id from the phone number.
  providerCallId: call.providerCallId?.includes(call.phoneNumber.slice(1)) ? null : call.providerCallId,
  detailsDueAt: null,
})

/** True for a call that is over and whose provider is expected to report more details, within half an hour. */
export const awaitsDetails = (call: Pick<Call, 'detailsDueAt'>) => call.detailsDueAt !== null

/**
 * Applies an event. Total and idempotent: a call only moves forward, a final status stays, and an event without news
 * returns the same object. An erased call takes no events, which would bring personal data back.
 */
export const advance = (call: Call, told: CallEvent): Call => {
  if (isForgotten(call)) return call
  const event = { ...told, at: plausibleTime(call, told.at) }
  switch (event.type) {
    case 'ringing':
      return call.status === 'initiated'
        ? { ...call, status: 'ringing', ringingAt: event.at, lastContactAt: event.at }
        : call
    case 'answered':
      return call.status === 'initiated' || call.status === 'ringing'
        ? { ...call, status: 'in_progress', answeredAt: event.at, lastContactAt: event.at }
        : call
    case 'ended':
      return withDetails(isOver(call) ? call : ended(call, event), event)
  }
}

const dayMs = 24 * 60 * 60_000
/** Longer than any call. */
export const longestSeconds = 7 * 24 * 60 * 60
const dearestCents = 1_000_000_00
/** The most text of a transcript that is kept: hours of speech. */
const transcriptLimit = 256 * 1024

/** Limits a provider's time to the call's own days, because clocks differ and some are wrong. */
const plausibleTime = ({ createdAt, expiresAt }: Call, at: number) =>
  Number.isFinite(at) ? Math.round(Math.min(Math.max(at, createdAt - dayMs), expiresAt + dayMs)) : createdAt

/** A whole number of seconds within reason; anything else counts as missing. */
const plausible = (amount: number | null | undefined, most: number) =>
  typeof amount === 'number' && amount >= 0 && amount <= most ? Math.round(amount) : undefined

const ended = (call: Call, event: Extract<CallEvent, { type: 'ended' }>): Call => {
  // A provider's clock may put the end before our own times; a duration is never negative.
  const endedAt = Math.max(event.at, call.answeredAt ?? call.createdAt)
  return {
    ...call,
    status: event.status,
    reasonCode: event.code ?? null,
    reason: event.reason ?? null,
    endedAt,
    lastContactAt: endedAt,
    durationSeconds: plausible(event.durationSeconds, longestSeconds) ?? countedSeconds(call, event, endedAt),
  }
}

/** The duration of a completed call without an answered event is unknown; the provider may report it later. */
const countedSeconds = (call: Call, { status }: { status: FinalStatus }, endedAt: number) => {
  if (call.answeredAt !== null) return Math.round((endedAt - call.answeredAt) / 1000)
  return status === 'completed' ? null : 0
}

/** Details keep their first value; later reports fill only what is missing. */
const withDetails = (call: Call, event: Extract<CallEvent, { type: 'ended' }>): Call => {
  const { details = {} } = event
  const fresh: Partial<Call> = {}
  if (call.summary === null && details.summary) fresh.summary = details.summary
  if (call.sentiment === null && details.sentiment) fresh.sentiment = details.sentiment
  if (call.transcript === null && details.transcript) fresh.transcript = shortened(details.transcript)
  if (call.recordingUrl === null && details.recordingUrl) fresh.recordingUrl = details.recordingUrl
  const costCents = plausible(details.costCents, dearestCents)
  if (call.costCents === null && costCents !== undefined) fresh.costCents = costCents
  const durationSeconds = plausible(event.durationSeconds, longestSeconds)
  if (call.durationSeconds === null && durationSeconds !== undefined) fresh.durationSeconds = durationSeconds
  return Object.keys(fresh).length === 0 ? call : { ...call, ...fresh }
}

/** The first lines that fit. */
const shortened = (transcript: TranscriptLine[]) => {
  let length = 0
  return transcript.filter(({ content }) => (length += content.length) <= transcriptLimit)
}
