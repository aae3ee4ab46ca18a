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

/** What a provider may tell about a call, at its end or later; null until it does. */
export interface CallDetails {
  summary: string | null
  sentiment: (typeof sentiments)[number] | null
  transcript: TranscriptLine[] | null
  /**
   * Set while its provider keeps a recording: `kept` where its own id of the call finds it there, else its address. Never a
   * link that is signed, which would die, and open the recording to whoever reads it.
   */
  recordingRef: string | null
  costCents: number | null
}

/** Why a call ended other than by itself. Its `reason` says the same, and more, in words. */
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

/** Who is to be called, for whom. Fixed when the call is triggered. */
export interface CallOrder {
  id: string
  agencyId: string
  environmentId: string
  agentId: string
  provider: string
  /** The provider's account that dials; null for the simulator, and where none was connected. */
  accountId: string | null
  /** What the provider calls the agent, and the number to call from. */
  agentRef: string | null
  fromNumber: string | null
  phoneNumber: string
  name: string | null
  email: string | null
  metadata: Record<string, unknown> | null
  /** Fields of the vendor's own create request: the agent's, and over them the order's. */
  options: Record<string, unknown> | null
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  /** When the call is ended and its lease given back, whatever happens. */
  expiresAt: number
}

export interface Call extends CallOrder, CallDetails {
  /** The number of the grant that let its trigger in, as the window's journal counts; null where it took none. */
  grantNumber: number | null
  status: CallStatus
  /** How far the order to the provider has come; committed before the next step is taken. */
  dispatch: DispatchState
  providerCallId: string | null
  reasonCode: ReasonCode | null
  /** Why the call ended as it did, in words. */
  reason: string | null
  ringingAt: number | null
  answeredAt: number | null
  endedAt: number | null
  durationSeconds: number | null
  /** Over for us, but its provider has not yet been made to hang up: tried until it has. */
  hangUpPending: boolean
  /** When its provider is asked again for what it had not yet told at the end, and how often it was. */
  detailsDueAt: number | null
  detailsAttempts: number
  /** Since when its provider has not known it. */
  missingSince: number | null
  /** When the order went out, or was about to. */
  sentAt: number | null
  /** When its provider was last heard of or asked about it. */
  lastContactAt: number
}

/** What happened to a call at its provider. Events may repeat, come late, come in any order, or never. */
export type CallEvent =
  | { type: 'ringing'; at: number }
  | { type: 'answered'; at: number }
  | {
      type: 'ended'
      at: number
      status: FinalStatus
      code?: ReasonCode
      reason?: string
      /** As the provider counted it, where it does. */
      durationSeconds?: number
      details?: Partial<CallDetails>
    }

export const newCall = (order: CallOrder, grantNumber: number | null = null): Call => ({
  ...order,
  grantNumber,
  status: 'initiated',
  dispatch: 'pending',
  providerCallId: null,
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
  recordingRef: null,
  costCents: null,
})

/** The slot that a call holds for as long as it is not over. */
export const leaseOf = (call: CallOrder) => ({
  callId: call.id,
  environmentId: call.environmentId,
  takenAt: call.createdAt,
  expiresAt: call.expiresAt,
})

export const isOver = (call: Pick<Call, 'endedAt'>) => call.endedAt !== null

/** True for a call whose person was forgotten. No call begins without a number. */
export const isForgotten = (call: Pick<Call, 'phoneNumber'>) => call.phoneNumber === ''

/** The call without anything of the person that it rang: that it was, when and how it ended stays. */
export const forgotten = (call: Call): Call => ({
  ...call,
  phoneNumber: '',
  name: null,
  email: null,
  metadata: null,
  options: null,
  reason: null,
  summary: null,
  sentiment: null,
  transcript: null,
  recordingRef: null,
  // A dialler of one's own may have made it of the number.
  providerCallId: call.providerCallId?.includes(call.phoneNumber.slice(1)) ? null : call.providerCallId,
  detailsDueAt: null,
})

/** True for a call that is over and of which its provider is expected to tell more, within half an hour. */
export const awaitsDetails = (call: Pick<Call, 'detailsDueAt'>) => call.detailsDueAt !== null

/**
 * The call after an event. Total and idempotent: it only moves forward, a final status stays, and an event that brings
 * nothing new gives back the very same call. A forgotten call takes nothing in: it would be about the person again.
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
/** How much of what was said is kept: hours of it. */
const transcriptLimit = 256 * 1024

/** Clocks differ, and some are wrong: a time outside the call's own days counts as its nearest edge. */
const plausibleTime = ({ createdAt, expiresAt }: Call, at: number) =>
  Number.isFinite(at) ? Math.round(Math.min(Math.max(at, createdAt - dayMs), expiresAt + dayMs)) : createdAt

/** Whole and within reason, else as if it had not been said. */
const plausible = (amount: number | null | undefined, most: number) =>
  typeof amount === 'number' && amount >= 0 && amount <= most ? Math.round(amount) : undefined

const ended = (call: Call, event: Extract<CallEvent, { type: 'ended' }>): Call => {
  // Clocks differ: a provider's end may lie before our own times, a duration never does.
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

/** A call that was completed, but not known to be answered, lasted for a time that may still be told. */
const countedSeconds = (call: Call, { status }: { status: FinalStatus }, endedAt: number) => {
  if (call.answeredAt !== null) return Math.round((endedAt - call.answeredAt) / 1000)
  return status === 'completed' ? null : 0
}

/** Details are kept as they first came; later ones fill what is missing. */
const withDetails = (call: Call, event: Extract<CallEvent, { type: 'ended' }>): Call => {
  const { details = {} } = event
  const fresh: Partial<Call> = {}
  if (call.summary === null && details.summary) fresh.summary = details.summary
  if (call.sentiment === null && details.sentiment) fresh.sentiment = details.sentiment
  if (call.transcript === null && details.transcript) fresh.transcript = shortened(details.transcript)
  if (call.recordingRef === null && details.recordingRef) fresh.recordingRef = details.recordingRef
  const costCents = plausible(details.costCents, dearestCents)
  if (call.costCents === null && costCents !== undefined) fresh.costCents = costCents
  const durationSeconds = plausible(event.durationSeconds, longestSeconds)
  if (call.durationSeconds === null && durationSeconds !== undefined) fresh.durationSeconds = durationSeconds
  return Object.keys(fresh).length === 0 ? call : { ...call, ...fresh }
}

/** The lines that fit, from the first one on. */
const shortened = (transcript: TranscriptLine[]) => {
  let length = 0
  return transcript.filter(({ content }) => (length += content.length) <= transcriptLimit)
}
