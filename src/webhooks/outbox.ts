import { awaitsDetails, type Call, isOver } from '../calls/call.ts'
import { noDetails } from '../calls/call-details.ts'
import type { Capabilities, Detail } from '../calls/provider.ts'
import type { EnvironmentName } from '../agencies/environment.ts'
import { type Delivery, newDelivery } from './delivery.ts'
import { type EventName, payloadOf, toldOf } from './event.ts'

interface OutboxDeps {
  webhooks: {
    /** The environment of an endpoint that is switched on; undefined where there is none. */
    listening(environmentId: string): { environment: EnvironmentName } | undefined
  }
  deliveries: {
    insert(delivery: Delivery): void
    /** The last delivery that tells of a call's end. */
    lastOfEnd(callId: string): Delivery | undefined
    /** Changes what a delivery will tell; due at `nextAt`, null: as it was. */
    retell(id: string, payload: string, nextAt: number | null): void
    /** Puts the news of a call's end off for as long as that of its start, while that is still to be told. */
    keepOrder(callId: string): void
  }
  /** Of one that was deleted too: a provider may report on a call long after its end. */
  agents: { nameOf(id: string): string | undefined }
  capabilities(call: Call): Capabilities
  clock: { now(): number }
  /** Whether a delivery is being sent at this moment. */
  isUnderWay(delivery: Delivery): boolean
  /** Says that something may be due. */
  wake(): void
}

/** How long the news of an end waits for a transcript and summary that its provider sends after it. */
const detailsGraceMs = 45_000

/**
 * Writes down what has to be told of a change. Belongs into the transaction of that change: there is no event without it,
 * and no change without its event. Where nobody listens at that moment, nothing is kept.
 */
export const createOutbox =
  ({ webhooks, deliveries, agents, capabilities, clock, isUnderWay, wake }: OutboxDeps) =>
  (before: Call, after: Call): void => {
    const events = eventsBetween(before, after)
    if (events.length === 0 && !isRetold(before, after)) return
    const endpoint = webhooks.listening(after.environmentId)
    if (!endpoint) return
    const now = clock.now()
    const names = { agent: agents.nameOf(after.agentId) ?? '', environment: endpoint.environment }
    const tell = (event: EventName, call: Call) => JSON.stringify(payloadOf(event, call, names))
    const isMissing = (detail: Detail) => awaited.includes(detail) && after[detail] === null
    const isAwaited = awaitsDetails(after) && capabilities(after).details.some(isMissing)

    if (events.length === 0) tellMore()
    /** What was told stays as it was told: what comes after it, once it is complete, is an event of its own. */
    function tellMore() {
      const last = deliveries.lastOfEnd(after.id)
      if (!last) return
      const payload = tell(last.event, after)
      const isUntold = last.state === 'pending' && last.attempts === 0 && !isUnderWay(last)
      if (isUntold) return deliveries.retell(last.id, payload, isAwaited ? null : now)
      if (awaitsDetails(after) || toldOf(payload) === toldOf(last.payload)) return
      insert('call_analyzed', tell('call_analyzed', after))
    }

    function insert(event: EventName, payload: string, delayMs = 0) {
      const { environmentId, id: callId } = after
      deliveries.insert(newDelivery({ environmentId, callId, event, payload, createdAt: now }, delayMs))
    }

    for (const event of events) {
      const payload = tell(event, event === 'call_started' ? asItBegan(after) : after)
      insert(event, payload, event === 'call_ended' && isAwaited ? detailsGraceMs : 0)
    }
    if (isOver(after)) deliveries.keepOrder(after.id)
    wake()
  }

const eventsBetween = (before: Call, after: Call): EventName[] => {
  const events: EventName[] = []
  if (before.answeredAt === null && after.answeredAt !== null) events.push('call_started')
  if (!isOver(before) && isOver(after)) events.push('call_ended')
  return events
}

/** Whether an end is known better than before, or will not become so any more. */
const isRetold = (before: Call, after: Call) =>
  isOver(before) &&
  (before.detailsDueAt !== after.detailsDueAt || toldFields.some((field) => before[field] !== after[field]))

/** What an end waits for. A cost may come minutes later. */
const awaitedDetails = ['durationSeconds', 'summary', 'sentiment', 'transcript', 'recordingUrl'] as const
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

/** Both may come at once; the first still tells of a call under way. */
const asItBegan = (call: Call): Call => ({
  ...call,
  status: 'in_progress',
  endedAt: null,
  durationSeconds: null,
  reasonCode: null,
  reason: null,
  ...noDetails,
})
