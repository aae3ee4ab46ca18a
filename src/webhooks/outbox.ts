import { awaitsDetails, type Call, isOver } from '../calls/call.ts'
import { noDetails } from '../calls/call-details.ts'
import type { Capabilities, Detail } from '../calls/provider.ts'
import type { EnvironmentName } from '../agencies/environment.ts'
import { type Delivery, newDelivery } from './delivery.ts'
import { type EventName, payloadOf, toldOf } from './event.ts'
import type { Work } from '../work.ts'

interface OutboxDeps {
  webhooks: {
    /** The environment of an enabled endpoint; undefined without one. */
    listening(environmentId: string): Work<{ environment: EnvironmentName } | undefined>
  }
  deliveries: {
    insert(delivery: Delivery): Work<void>
    /** The last delivery of a call's end or its analysis. */
    lastOfEnd(callId: string): Work<Delivery | undefined>
    /** Replaces the payload of an undelivered event; due at `nextAt`, or as before for null. */
    retell(id: string, payload: string, nextAt: number | null): Work<void>
    /** Postpones the end event of a call until its start event is delivered. */
    keepOrder(callId: string): Work<void>
  }
  /** Includes deleted agents: a provider may report on a call long after its end. */
  agents: { nameOf(id: string): Work<string | undefined> }
  capabilities(call: Call): Capabilities
  clock: { now(): number }
  /** Whether a delivery is being sent at this moment. */
  isUnderWay(delivery: Delivery): boolean
  publicUrl(): string
  /** Wakes the deliverer. */
  wake(): void
}

/** The time that an end event waits for the transcript and summary, which providers send later. */
const detailsGraceMs = 45_000

/**
 * Writes the events of a change. To be called in the transaction of that change, so that there is no event without its
 * change and no change without its event. Without an enabled endpoint at that moment, nothing is written.
 */
export const createOutbox = ({
  webhooks,
  deliveries,
  agents,
  capabilities,
  clock,
  isUnderWay,
  publicUrl,
  wake,
}: OutboxDeps) =>
  function* (before: Call, after: Call): Work<void> {
    const events = eventsBetween(before, after)
    if (events.length === 0 && !isRetold(before, after)) return
    const endpoint = yield* webhooks.listening(after.environmentId)
    if (!endpoint) return
    const now = clock.now()
    const agent = (yield* agents.nameOf(after.agentId)) ?? ''
    const names = { agent, environment: endpoint.environment, publicUrl: publicUrl() }
    const tell = (event: EventName, call: Call) => JSON.stringify(payloadOf(event, call, names))
    const isMissing = (detail: Detail) => awaited.includes(detail) && after[detail] === null
    const isAwaited = awaitsDetails(after) && capabilities(after).details.some(isMissing)

    if (events.length === 0) yield* tellMore()
    /** What was told stays as it was told: what comes after it, once it is complete, is an event of its own. */
    function* tellMore() {
      const last = yield* deliveries.lastOfEnd(after.id)
      if (!last) return
      const payload = tell(last.event, after)
      const isUntold = last.state === 'pending' && last.attempts === 0 && !isUnderWay(last)
      if (isUntold) return yield* deliveries.retell(last.id, payload, isAwaited ? null : now)
      if (awaitsDetails(after) || toldOf(payload) === toldOf(last.payload)) return
      yield* insert('call_analyzed', tell('call_analyzed', after))
    }

    function* insert(event: EventName, payload: string, delayMs = 0) {
      const { environmentId, id: callId } = after
      yield* deliveries.insert(
        newDelivery({ environmentId, callId, event, payload, createdAt: now }, delayMs),
      )
    }

    for (const event of events) {
      const payload = tell(event, event === 'call_started' ? asItBegan(after) : after)
      yield* insert(event, payload, event === 'call_ended' && isAwaited ? detailsGraceMs : 0)
    }
    if (isOver(after)) yield* deliveries.keepOrder(after.id)
    wake()
  }

const eventsBetween = (before: Call, after: Call): EventName[] => {
  const events: EventName[] = []
  if (before.answeredAt === null && after.answeredAt !== null) events.push('call_started')
  if (!isOver(before) && isOver(after)) events.push('call_ended')
  return events
}

/** True where an undelivered end event has more details now, or will not get any more. */
const isRetold = (before: Call, after: Call) =>
  isOver(before) &&
  (before.detailsDueAt !== after.detailsDueAt || toldFields.some((field) => before[field] !== after[field]))

/** The details that an end event waits for. The cost may come minutes later. */
const awaitedDetails = ['durationSeconds', 'summary', 'sentiment', 'transcript', 'recordingRef'] as const
const awaited: readonly Detail[] = awaitedDetails
const toldFields = [
  ...awaitedDetails,
  'analysis',
  'costCents',
  'currency',
  'answeredBy',
  'answeredAt',
  'reasonCode',
  'reason',
  'fromNumber',
] as const satisfies (keyof Call)[]

/** A call can be answered and over in one change; its start event still describes a call in progress. */
const asItBegan = (call: Call): Call => ({
  ...call,
  status: 'in_progress',
  endedAt: null,
  durationSeconds: null,
  reasonCode: null,
  reason: null,
  ...noDetails,
})
