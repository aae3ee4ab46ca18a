import type { Clock } from '../../../src/clock.ts'
import type { ProviderKind } from '../../../src/calls/provider.ts'

/** How a fake treats the next order that reaches it. The first three make the call all the same. */
export type Behaviour =
  | 'accept'
  | 'reset after accepting'
  | 'answer late'
  | 'refuse'
  | 'no capacity'
  | 'answer HTML'
  | 'answer nothing'
  | 'answer without end'
  | 'answer half'
  | 'redirect'
  | 'fail'
  | 'never answer'

/** How a call ends at a fake: `broken` is a talk that broke off. */
export const endStates = [
  'completed',
  'voicemail',
  'transferred',
  'broken',
  'busy',
  'no_answer',
  'failed',
] as const
export type EndState = (typeof endStates)[number]

/** How a call stands at a fake. */
export type CallState = 'ringing' | 'answered' | EndState

export const wasTalk = (state: CallState) =>
  state === 'completed' || state === 'voicemail' || state === 'transferred' || state === 'broken'

/** A request that the provider would send to our hook. */
export interface HookRequest {
  headers: Record<string, string>
  body: string
  /** Behind the hook's path, for providers that carry our call id there. */
  search: string
}

/**
 * A provider's other side on loopback, written from what is known of its interface and strict about it: an order with a
 * wrong or missing field is refused and noted in `complaints`.
 */
export interface FakeProvider extends AsyncDisposable {
  kind: ProviderKind
  baseUrl: string
  credentials: Record<string, string>
  /** The fields of an agent at this provider. */
  agent: { ref: string | null; fromNumber: string | null }
  complaints: string[]
  behave(next: Behaviour): void
  /** The clock that it uses; the system's until it is set. */
  runBy(clock: Pick<Clock, 'now'>): void
  /** Calls `onCreate` once an order has made a call, and keeps its answer back until that is over. */
  watch(onCreate: (callId: string) => void | Promise<void>): void
  /** How the order for a call of ours was treated; undefined when none came. */
  treatmentOf(callId: string): Behaviour | undefined
  /** How many orders for a call of ours have made a call there. */
  createsOf(callId: string): number
  /** True once somebody hung up on the call. */
  wasEnded(callId: string): boolean
  /** How a call of ours stands; undefined when none was made. */
  stateOf(callId: string): string | undefined
  /** Lets what was said in a call make everything that is told of it as large as this. */
  lengthen(callId: string, bytes: number): void
  /** When somebody was first told that a call is over, in monotonic milliseconds. */
  toldAt(callId: string): number | undefined
  /** Moves a call on, so that the fake answers accordingly when it is asked. */
  move(callId: string, state: CallState): void
  /** The provider's report on a call in this state, signed at `now`; empty where it reports no such state. */
  reports(callId: string, state: CallState, now: number): HookRequest[]
  /** The details that this provider reports of a completed call: all of them are expected on the call in the end. */
  details: {
    summary?: string
    transcript?: { role: string; content: string }[]
    durationSeconds?: number
    costCents?: number
  }
  /** What this provider found out in a talk that ended like this, by its own names. */
  analysisOf(state: EndState): Record<string, unknown> | null
  /** The ends that this provider cannot tell from others. */
  untold: readonly EndState[]
  /** False where the provider cannot be asked about a call by our id. */
  lookupByCallId: boolean
  /** False where a report's signature covers no time, so that it never grows stale. */
  signsTime: boolean
  /** False where the provider has no way to hang up. */
  hangsUp: boolean
}

/** Answers badly in the ways in which servers do; undefined for a behaviour that is the fake's own. */
export const badAnswer = (behaviour: Behaviour): Response | Promise<Response> | 'half' | undefined => {
  switch (behaviour) {
    case 'answer HTML':
      return new Response('<!doctype html><title>Welcome</title>', {
        headers: { 'content-type': 'text/html' },
      })
    case 'answer nothing':
      return new Response(null, { status: 200 })
    case 'answer without end':
      return new Response(endless())
    case 'answer half':
      return 'half'
    case 'redirect':
      return new Response(null, { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } })
    case 'fail':
      return new Response('upstream failed', { status: 502 })
    case 'never answer':
      return new Promise<Response>(() => {})
    default:
      return undefined
  }
}

/** More than anyone should read, made as it is read. */
const endless = () =>
  new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024).fill(120)),
  })
