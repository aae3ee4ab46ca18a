import type { CallEvent, CallOrder } from '../calls/call.ts'

/** What became of an order. `unknown` means that it may have arrived: it is asked about, never sent again. */
export type Placement =
  | { outcome: 'placed'; providerCallId: string }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unknown'; reason: string }

/** How a provider knows a call: by its own id once it has given one, by ours before. */
export interface CallReference {
  id: string
  providerCallId: string | null
}

/** What a provider answers when asked about a call: `null` when it has never heard of it. */
export type Report = { providerCallId: string; events: CallEvent[] } | null

/** Who dials. One file each; a provider never throws for what the other side does, it answers with a value. */
export interface Provider {
  /** Sends the order, once. */
  place(order: CallOrder): Promise<Placement>
  /** Everything known of the call so far, as events. Throws when the provider cannot be asked. */
  ask(call: CallReference): Promise<Report>
  /** Hangs up; resolves once the call is over, throws when that cannot be done. */
  end(call: CallReference): Promise<void>
}

/** Where a provider puts what it hears of a call. */
export type Listener = (callId: string, event: CallEvent) => void
