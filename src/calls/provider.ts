import type { Call, CallEvent, CallOrder } from './call.ts'
import type { CallDetails } from './call-details.ts'
import type { Clock } from '../clock.ts'
import type { Send } from '../outgoing/send.ts'
import type { AgentField } from '../providers/agent-field.ts'
import type { ProviderOption } from '../providers/options.ts'
import type { CredentialForm } from '../providers/credential-form.ts'

/** A detail that a provider may report after the end of a call. */
export type Detail = keyof CallDetails | 'durationSeconds'

/** The code of a rejected order. `provider_capacity` is the provider's own limit, never ours. */
type RefusalCode = 'provider_refused' | 'provider_capacity' | 'provider_unreachable'

/** How a provider names a call: by its own id, and by that of its telephony leg where a carrier has one. */
export interface ProviderIds {
  providerCallId: string | null
  telephonyCallId?: string | null | undefined
}

/**
 *
 * The outcome of an order. `placed` has at least one of the ids. `unknown` means that it may have arrived: the provider is asked for its status,
 * by the ids if
 * there is any, and the order is never sent again.
 */
export type Placement =
  | ({ outcome: 'placed' } & ProviderIds)
  | { outcome: 'refused'; code: RefusalCode; reason: string }
  | ({ outcome: 'unknown'; reason: string } & Partial<ProviderIds>)

/** The identity of a call at its provider: the provider's id once there is one, our id before. */
export interface CallReference extends ProviderIds {
  id: string
  phoneNumber: string
  createdAt: number
  /** The time at which the order was sent, where known. */
  sentAt?: number | null
}

/** A provider's answer about a call. `unknown` means that it could not say: a later request may succeed. */
export type Report =
  | ({ outcome: 'found'; events: CallEvent[] } & ProviderIds)
  | { outcome: 'not_found' }
  | { outcome: 'unknown'; reason: string }

/**
 * Where a recording can be fetched now. `credentials` are headers for that address alone. `unknown` means that the provider
 * could not say.
 */
export type RecordingPlace =
  | { outcome: 'found'; url: string; credentials: Record<string, string> }
  | { outcome: 'none' }
  | { outcome: 'unknown'; reason: string }

/** A request to the hook of an account, not verified yet. */
interface IncomingRequest {
  headers: Headers
  body: Uint8Array
  /** The public URL that the provider requested, with its query. */
  url: string
}

/** An event of a call that a provider names by our id, by its own, or by both. */
export interface ReportedEvent extends ProviderIds {
  callId: string | null
  event: CallEvent
}

/** The events of an incoming request, once its signature and its age are right. */
export type VerifiedEvents =
  | {
      kind: 'events'
      events: ReportedEvent[]
      /** What the provider waits for, as JSON, where that is more than a success. */
      answer?: object | undefined
    }
  | { kind: 'invalid_signature' }
  | { kind: 'expired' }

/** A connected account of a provider. Failures of the other side are values, never exceptions. */
export interface Provider {
  /** Sends the order, once. */
  place(order: CallOrder): Promise<Placement>
  /** Fetches the status of a call: everything that the provider knows, as events. */
  fetchStatus(call: CallReference): Promise<Report>
  /** Hangs up. Resolves once the call is over; throws where that fails. */
  end(call: CallReference): Promise<void>
  /** Where the recording of a call is. Asked for each time it is wanted: some providers sign their links for minutes. */
  recording(call: CallReference & Pick<Call, 'recordingRef'>): Promise<RecordingPlace>
  /**
   * Checks the credentials with a request that changes nothing and places no call. Resolves to the problem, undefined
   * without one.
   */
  check(): Promise<string | undefined>
  /** Verifies a request to the account's hook and parses its events. `now` is wall-clock milliseconds. */
  verifyEvents(request: IncomingRequest, now: number): VerifiedEvents
}

/** An account with decrypted credentials. */
export interface Account {
  id: string
  /** Replaces the provider's usual address; without a trailing slash. */
  baseUrl: string | null
  credentials: Readonly<Record<string, string>>
  /** The address to which the provider reports. */
  hookUrl: string
}

/** The dependencies of a connected account. */
export interface ProviderDeps {
  clock: Pick<Clock, 'now'>
  /** The timeout of a request. */
  timeoutMs: number
  /** The guarded `send`: every request to the provider uses it. */
  send: Send
}

export interface Credential {
  name: string
  /** The vendor's own name for it. */
  label: string
  required: boolean
  /** True for a secret by which the provider's reports are believed. */
  provesReports?: true
  /** The form of a value; absent where any printable ASCII without blanks will do. */
  form?: CredentialForm
  /**
   * The form of values that the vendor issues. Checked only for the vendor's own address: a gateway may have keys of
   * its own.
   */
  issued?: CredentialForm
  /** Another credential, without which this one means nothing. */
  needs?: string
  /** For people: the meaning of the value, in sentences. */
  description: string
  /** For people: where to find it, as a sentence, and the vendor’s own page about it. */
  find: { where: string; page?: string }
  /** Generates a missing value: a secret that both sides are free to choose. */
  make?: () => string
}

export interface Capabilities {
  /** The details that it usually reports of an answered call, at its end or some time after. */
  details: readonly Detail[]
  /** False where a call that has no provider id yet cannot be looked up. */
  lookupByCallId: boolean
}

/** A kind of provider: the credentials and agent fields of its accounts, and how to connect to one. */
export interface ProviderKind {
  name: string
  title: string
  credentials: readonly Credential[]
  /** The meaning of an agent's `ref` and `from`. */
  agent: Readonly<Record<'ref' | 'from', AgentField>>
  /** What an agent or an order may set of the vendor's own create request; never what the gate needs of it. */
  options: readonly ProviderOption[]
  /** The options that say who speaks instead of an agent's `ref`: exactly one of all these is given. */
  insteadOfRef?: readonly string[]
  capabilities: Capabilities
  /** Where the hook's address goes at the provider, and where it must not, in sentences. */
  hookAdvice: string
  /** When it keeps a recording, and how to switch that on, in sentences. */
  recordings: string
  /** The vendor's own domain; absent where there is no vendor. */
  domain?: string
  /** Its addresses of other regions than the usual one. */
  regions?: readonly { name: string; url: string }[]
  /** True where accounts need a base URL, because there is no usual address. */
  needsBaseUrl: boolean
  connect(account: Account, deps: ProviderDeps): Provider
}

/** Takes the events that a provider reports from inside this process. */
export type OnCallEvent = (callId: string, event: CallEvent) => void
