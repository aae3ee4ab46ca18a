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
  recordingUrl: string | null
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
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  /** When the call is ended and its lease given back, whatever happens. */
  expiresAt: number
}

export interface Call extends CallOrder, CallDetails {
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
  /** When its provider was last heard of or asked about it. */
  heardAt: number
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

export const newCall = (order: CallOrder): Call => ({
  ...order,
  status: 'initiated',
  dispatch: 'pending',
  providerCallId: null,
  reasonCode: null,
  reason: null,
  ringingAt: null,
  answeredAt: null,
  endedAt: null,
  durationSeconds: null,
  heardAt: order.createdAt,
  summary: null,
  sentiment: null,
  transcript: null,
  recordingUrl: null,
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

/**
 * The call after an event. Total and idempotent: it only moves forward, a final status stays, and an event that brings
 * nothing new gives back the very same call.
 */
export const advance = (call: Call, event: CallEvent): Call => {
  switch (event.type) {
    case 'ringing':
      return call.status === 'initiated'
        ? { ...call, status: 'ringing', ringingAt: event.at, heardAt: event.at }
        : call
    case 'answered':
      return call.status === 'initiated' || call.status === 'ringing'
        ? { ...call, status: 'in_progress', answeredAt: event.at, heardAt: event.at }
        : call
    case 'ended':
      return withDetails(isOver(call) ? call : ended(call, event), event.details)
  }
}

const ended = (call: Call, event: Extract<CallEvent, { type: 'ended' }>): Call => {
  // Clocks differ: a provider's end may lie before our own times, a duration never does.
  const endedAt = Math.max(event.at, call.answeredAt ?? call.createdAt)
  return {
    ...call,
    status: event.status,
    reasonCode: event.code ?? null,
    reason: event.reason ?? null,
    endedAt,
    heardAt: endedAt,
    durationSeconds:
      event.durationSeconds ??
      (call.answeredAt === null ? 0 : Math.round((endedAt - call.answeredAt) / 1000)),
  }
}

/** Details are kept as they first came; later ones fill what is missing. */
const withDetails = (call: Call, details: Partial<CallDetails> = {}): Call => {
  const fresh: Partial<CallDetails> = {}
  if (call.summary === null && details.summary) fresh.summary = details.summary
  if (call.sentiment === null && details.sentiment) fresh.sentiment = details.sentiment
  if (call.transcript === null && details.transcript) fresh.transcript = details.transcript
  if (call.recordingUrl === null && details.recordingUrl) fresh.recordingUrl = details.recordingUrl
  if (call.costCents === null && typeof details.costCents === 'number') fresh.costCents = details.costCents
  return Object.keys(fresh).length === 0 ? call : { ...call, ...fresh }
}
