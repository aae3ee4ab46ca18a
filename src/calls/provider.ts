import type { Call, CallDetails, CallEvent, CallOrder } from './call.ts'
import type { Clock } from '../clock.ts'
import type { Send } from '../outgoing/send.ts'
import type { AgentField } from '../providers/agent-field.ts'
import type { ProviderOption } from '../providers/options.ts'
import type { CredentialForm } from '../providers/credential-form.ts'

/** What a provider may still tell of a call that is over. */
export type Detail = keyof CallDetails | 'durationSeconds'

/** Why a provider did not take an order. `capacity` is the provider's own limit, never ours. */
type RefusalCode = 'provider_refused' | 'provider_capacity' | 'provider_unreachable'

/** What became of an order. `unknown` means that it may have arrived: it is asked about, by the id if one came, never sent again. */
export type Placement =
  | { outcome: 'placed'; providerCallId: string }
  | { outcome: 'refused'; code: RefusalCode; reason: string }
  | { outcome: 'unknown'; reason: string; providerCallId?: string }

/** How a provider knows a call: by its own id once it has given one, by ours before. */
export interface CallReference {
  id: string
  phoneNumber: string
  createdAt: number
  /** When its order went out, where that is known. */
  sentAt?: number | null
  providerCallId: string | null
}

/** A provider's answer about a call. `unknown` means that it could not say: a later request may succeed. */
export type Report =
  | { outcome: 'found'; providerCallId: string; events: CallEvent[] }
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

/** A request that claims to come from a provider, not yet believed. */
interface IncomingRequest {
  headers: Headers
  body: Uint8Array
  /** As the provider called it: our public address, with its query. */
  url: string
}

/** An event of a call that a provider names by our id, by its own, or by both. */
export interface ReportedEvent {
  callId: string | null
  providerCallId: string | null
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

/** Who dials, through one account. Nothing of what the other side does is an exception: it is answered with a value. */
export interface Provider {
  /** Sends the order, once. */
  place(order: CallOrder): Promise<Placement>
  /** Everything known of the call so far, as events. */
  fetchStatus(call: CallReference): Promise<Report>
  /** Hangs up; resolves once the call is over, throws when that cannot be done. */
  end(call: CallReference): Promise<void>
  /** Where the recording of a call is. Asked for each time it is wanted: some providers sign their links for minutes. */
  recording(call: CallReference & Pick<Call, 'recordingRef'>): Promise<RecordingPlace>
  /** Tries the credentials with a request that changes and rings nothing. Undefined when they work, else why not. */
  check(): Promise<string | undefined>
  /** Verifies and reads what came in at the account's hook. `now` is wall-clock milliseconds. */
  verifyEvents(request: IncomingRequest, now: number): VerifiedEvents
}

/** An account at a provider, opened: what is needed to speak for it. */
export interface Account {
  id: string
  /** In the place of the provider's usual address; never ends in a slash. */
  baseUrl: string | null
  credentials: Readonly<Record<string, string>>
  /** Where this account's provider reports to us. */
  hookUrl: string
}

/** What a provider takes from its process. */
export interface ProviderDeps {
  clock: Pick<Clock, 'now'>
  /** How long to wait for an answer. */
  timeoutMs: number
  /** The guarded way out: every request to the other side goes through it. */
  send: Send
}

export interface Credential {
  name: string
  required: boolean
  /** What a value looks like, where that is more than printable ASCII without blanks. */
  form?: CredentialForm
  /** What those look like that the vendor gives out: asked of what goes to the vendor, not to a gateway with keys of its own. */
  issued?: CredentialForm
  /** For the form: what it is and where it is found. */
  description: string
  /** Makes one where it is left out: a secret that both sides are free to choose. */
  make?: () => string
}

export interface Capabilities {
  /** The details that it usually reports of an answered call, at its end or some time after. */
  details: readonly Detail[]
  /** False where a call that has no provider id yet cannot be looked up. */
  lookupByCallId: boolean
}

/** A provider as such: what an account of it needs, and how to speak for one. */
export interface ProviderKind {
  name: string
  title: string
  credentials: readonly Credential[]
  /** What an agent's `ref` and `from` are here. */
  agent: Readonly<Record<'ref' | 'from', AgentField>>
  /** What an agent or an order may set of the vendor's own create request; never what the gate needs of it. */
  options: readonly ProviderOption[]
  capabilities: Capabilities
  /** Where the hook's address goes at the provider, and where it must not, in sentences. */
  hookAdvice?: string
  /** When it keeps a recording, and how to switch that on, in sentences. */
  recordings: string
  /** The vendor's own domain; absent where there is no vendor. */
  domain?: string
  /** Its addresses of other regions than the usual one. */
  regions?: readonly { name: string; url: string }[]
  /** Needs a base URL: there is no usual address. */
  needsBaseUrl: boolean
  connect(account: Account, deps: ProviderDeps): Provider
}

/** Takes the events that a provider reports from inside this process. */
export type OnCallEvent = (callId: string, event: CallEvent) => void
