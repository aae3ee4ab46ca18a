import { type AnsweredBy, type CallDetails, noDetails } from './call-details.ts'

export const finalStatuses = ['completed', 'no_answer', 'busy', 'failed', 'canceled'] as const
export const callStatuses = ['initiated', 'ringing', 'in_progress', ...finalStatuses] as const
export const dispatchStates = ['pending', 'sending', 'placed', 'refused', 'unknown'] as const

export type FinalStatus = (typeof finalStatuses)[number]
type CallStatus = (typeof callStatuses)[number]
type DispatchState = (typeof dispatchStates)[number]

/** How a call went that reached nobody, or somebody else: as its provider reports it. */
export const outcomeCodes = ['voicemail', 'transferred', 'no_answer', 'busy'] as const

/** Why a call ended other than by a talk that came to its end. Its `reason` says the same, and more, in words. */
export const reasonCodes = [
  ...outcomeCodes,
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
  /** The id of its telephony leg, where the provider dials through a carrier that has one of its own. */
  telephonyCallId: string | null
  reasonCode: ReasonCode | null
  /** Why the call ended as it did, in words. */
  reason: string | null
  answeredBy: AnsweredBy | null
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
  | { type: 'answered'; at: number; answeredBy?: AnsweredBy }
  | {
      type: 'ended'
      at: number
      status: FinalStatus
      code?: ReasonCode
      reason?: string
      answeredBy?: AnsweredBy
      /** When somebody picked up, for a call of which that was not known. */
      answeredAt?: number
      /** The number that the call came from, where the order named it by an id or not at all. */
      fromNumber?: string
      /** As the provider counted it, where it does. */
      durationSeconds?: number
      details?: Partial<CallDetails>
    }

export type EndedEvent = Extract<CallEvent, { type: 'ended' }>

export const newCall = (order: CallOrder, grantNumber: number | null = null): Call => ({
  ...order,
  grantNumber,
  status: 'initiated',
  dispatch: 'pending',
  providerCallId: null,
  telephonyCallId: null,
  reasonCode: null,
  reason: null,
  answeredBy: null,
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
  ...noDetails,
})

/** The slot that a call holds for as long as it is not over. */
export const leaseOf = (call: CallOrder) => ({
  callId: call.id,
  environmentId: call.environmentId,
  takenAt: call.createdAt,
  expiresAt: call.expiresAt,
})

/** True for a call that somebody or something here ended, and of which its provider may know nothing yet. */
export const isEndedHere = ({ reasonCode }: Pick<Call, 'reasonCode'>) =>
  reasonCode !== null && !outcomeCodes.some((code) => code === reasonCode)

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
  reason: null,
  ...noDetails,
  costCents: call.costCents,
  currency: call.currency,
  // A dialler of one's own may have made it of the number.
  providerCallId: call.providerCallId?.includes(call.phoneNumber.slice(1)) ? null : call.providerCallId,
  detailsDueAt: null,
})

/** True for a call that is over and of which its provider is expected to tell more, within half an hour. */
export const awaitsDetails = (call: Pick<Call, 'detailsDueAt'>) => call.detailsDueAt !== null
