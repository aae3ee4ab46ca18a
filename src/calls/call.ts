import { type AnsweredBy, type CallDetails, noDetails } from './call-details.ts'

export const finalStatuses = ['completed', 'no_answer', 'busy', 'failed', 'canceled'] as const
export const callStatuses = ['initiated', 'ringing', 'in_progress', ...finalStatuses] as const
export const dispatchStates = ['pending', 'sending', 'placed', 'refused', 'unknown'] as const

export type FinalStatus = (typeof finalStatuses)[number]
type CallStatus = (typeof callStatuses)[number]
type DispatchState = (typeof dispatchStates)[number]

/** The codes of outcomes that a provider reports. */
export const outcomeCodes = ['voicemail', 'transferred', 'no_answer', 'busy'] as const

/** The codes of calls that the policy stopped between the response and the provider request. */
export const policyCodes = [
  'destination_not_allowed',
  'do_not_call',
  'outside_calling_hours',
  'consent_required',
  'predial_refused',
  'predial_failed',
] as const

/** The code of an end that is not a conversation's normal one. `reason` says more, in words. */
export const reasonCodes = [
  ...outcomeCodes,
  'provider_refused',
  'provider_capacity',
  'provider_unreachable',
  'provider_lost',
  'max_duration',
  'ended_on_request',
  ...policyCodes,
  'released',
] as const

type ReasonCode = (typeof reasonCodes)[number]

/** The evidence that a person agreed to be called, as the caller states it. */
export interface Consent {
  basis: string
  at: string | null
  reference: string | null
}

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
  /** Fields of the vendor's own create request: the agent's, and over them the order's. */
  options: Record<string, unknown> | null
  /** The called person's IANA time zone, where the order names it. */
  timeZone: string | null
  consent: Consent | null
  /** The agency's local date at the trigger, on which a real call counts; null for a simulated one. */
  spendingDay: string | null
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
  /** The hard cap: at this time the call ends and its lease is released. */
  expiresAt: number
}

export interface Call extends CallOrder, CallDetails {
  /** The number of the window grant that admitted the trigger; null where it took none. */
  grantNumber: number | null
  /** The id of the API request that triggered it; null where none did. */
  requestId: string | null
  status: CallStatus
  /** The state of the order to the provider, committed before the next step. */
  dispatch: DispatchState
  providerCallId: string | null
  /** The id of its telephony leg, where the provider dials through a carrier that has one of its own. */
  telephonyCallId: string | null
  reasonCode: ReasonCode | null
  /** The reason of the end, in words. */
  reason: string | null
  answeredBy: AnsweredBy | null
  ringingAt: number | null
  answeredAt: number | null
  endedAt: number | null
  durationSeconds: number | null
  /** The called person asked not to be called again. */
  optedOut: boolean
  /** The call is over here, and the provider has not hung up yet. Hanging up is retried until it has. */
  hangUpPending: boolean
  /** The time of the next request for missing details, and the number of requests so far. */
  detailsDueAt: number | null
  detailsAttempts: number
  /** The time of the next request whether an end that a hook reported is true; null without one. */
  endCheckDueAt: number | null
  /** When its provider first said that the call was still running after its end, and when it ended there. */
  stillRunningSince: number | null
  stillRunningUntil: number | null
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
  | { type: 'answered'; at: number; answeredBy?: AnsweredBy }
  | {
      type: 'ended'
      at: number
      status: FinalStatus
      code?: ReasonCode
      reason?: string
      answeredBy?: AnsweredBy
      /** The time of the answer, in case no event reported it. */
      answeredAt?: number
      /** The caller's number, if the order gave an id for it or none. */
      fromNumber?: string
      /** The provider's own count, where it gives one. */
      durationSeconds?: number
      /** The called person asked not to be called again. */
      optedOut?: boolean
      details?: Partial<CallDetails>
    }

export type EndedEvent = Extract<CallEvent, { type: 'ended' }>

/** What is known of the API request that triggered a call. */
interface Admitted {
  grantNumber?: number | null | undefined
  requestId?: string | null | undefined
}

export const newCall = (order: CallOrder, { grantNumber = null, requestId = null }: Admitted = {}): Call => ({
  ...order,
  grantNumber,
  requestId,
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
  optedOut: false,
  hangUpPending: false,
  detailsDueAt: null,
  detailsAttempts: 0,
  endCheckDueAt: null,
  stillRunningSince: null,
  stillRunningUntil: null,
  missingSince: null,
  sentAt: null,
  lastContactAt: order.createdAt,
  ...noDetails,
})

/** The lease of a call. */
export const leaseOf = (call: CallOrder) => ({
  callId: call.id,
  environmentId: call.environmentId,
  takenAt: call.createdAt,
  expiresAt: call.expiresAt,
})

/** True for a call that callgate ended, which its provider may not know yet. */
export const isEndedHere = ({ reasonCode }: Pick<Call, 'reasonCode'>) =>
  reasonCode !== null && !outcomeCodes.some((code) => code === reasonCode)

export const isOver = (call: Pick<Call, 'endedAt'>) => call.endedAt !== null

/** True for a call that is over here while its provider says that it is still running. */
export const isStillRunning = ({
  stillRunningSince,
  stillRunningUntil,
}: Pick<Call, 'stillRunningSince' | 'stillRunningUntil'>) =>
  stillRunningSince !== null && stillRunningUntil === null

/** True for a call that holds a lease. */
export const holdsSlot = (call: Call) => !isOver(call) || isStillRunning(call)

/** True once the personal data of the call was erased: no other call is without a number. */
export const isForgotten = (call: Pick<Call, 'phoneNumber'>) => call.phoneNumber === ''

/** Erases the personal data of a call. Its status, times and end stay. */
export const forgotten = (call: Call): Call => ({
  ...call,
  phoneNumber: '',
  name: null,
  email: null,
  metadata: null,
  options: null,
  // When somebody agreed, and how, is evidence; the reference may name the person.
  consent: call.consent && { ...call.consent, reference: null },
  reason: null,
  ...noDetails,
  costCents: call.costCents,
  currency: call.currency,
  // A user's own dialler may have made this id from the phone number.
  providerCallId: call.providerCallId?.includes(call.phoneNumber.slice(1)) ? null : call.providerCallId,
  detailsDueAt: null,
  endCheckDueAt: null,
})

/** True for a call that is over and whose provider is expected to report more details, within half an hour. */
export const awaitsDetails = (call: Pick<Call, 'detailsDueAt'>) => call.detailsDueAt !== null
