import type { EventName } from './event.ts'

export const deliveryStates = ['pending', 'delivered', 'dead'] as const

/** A message that is sent until it arrives, and what came of it so far. */
export interface Sending {
  /** The `webhook-id`, the same in every attempt. */
  id: string
  payload: string
  state: (typeof deliveryStates)[number]
  attempts: number
  createdAt: number
  nextAt: number
  attemptedAt: number | null
  lastStatus: number | null
  /** The start of the last response, as text. */
  lastAnswer: string | null
  lastError: string | null
  lastTookMs: number | null
}

/** The delivery of an event to an endpoint. */
export interface Delivery extends Sending {
  environmentId: string
  /** Null for a test. */
  callId: string | null
  event: EventName
}

/** An attempt that was made, as it is kept for people. */
export interface PastAttempt {
  at: number
  status: number | null
  answer: string | null
  error: string | null
  tookMs: number | null
}

/** The last attempt of a delivery; undefined before the first. */
export const lastAttempt = (sending: Sending): PastAttempt | undefined =>
  sending.attemptedAt === null
    ? undefined
    : {
        at: sending.attemptedAt,
        status: sending.lastStatus,
        answer: sending.lastAnswer,
        error: sending.lastError,
        tookMs: sending.lastTookMs,
      }

/** The result of an attempt. */
export interface Attempt {
  verdict: 'delivered' | 'failed' | 'gone'
  status: number | null
  answer: string | null
  /** The reason of a failure, as a sentence. */
  error: string | null
  /** The endpoint's Retry-After. */
  retryAfterMs: number
  tookMs: number
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
/** Standard Webhooks 1.0.0, example schedule: the delay before each attempt. */
const delaysMs = [
  0,
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
]
export const attemptsMost = delaysMs.length
const longestWaitMs = 24 * hourMs
/** The random part of a delay, so that deliveries that failed together are not retried together. */
const jitter = 0.1

export const newDelivery = (
  given: Pick<Delivery, 'environmentId' | 'callId' | 'event' | 'payload' | 'createdAt'>,
  delayMs = 0,
): Delivery => ({ ...given, ...newSending(given, delayMs) })

export const newSending = (
  { payload, createdAt }: Pick<Sending, 'payload' | 'createdAt'>,
  delayMs = 0,
): Sending => ({
  id: `msg_${Bun.randomUUIDv7()}`,
  payload,
  createdAt,
  state: 'pending',
  attempts: 0,
  nextAt: createdAt + delayMs,
  attemptedAt: null,
  lastStatus: null,
  lastAnswer: null,
  lastError: null,
  lastTookMs: null,
})

/** The delivery after an attempt: delivered, failed for good (a dead letter), or due again. `chance` is from 0 to 1. */
export const afterAttempt = <Sent extends Sending>(
  delivery: Sent,
  attempt: Attempt,
  now: number,
  chance: number,
): Sent => {
  const attempts = delivery.attempts + 1
  const tried: Sent = {
    ...delivery,
    attempts,
    attemptedAt: now,
    lastStatus: attempt.status,
    lastAnswer: attempt.answer,
    lastError: attempt.error,
    lastTookMs: attempt.tookMs,
  }
  if (attempt.verdict === 'delivered') return { ...tried, state: 'delivered' }
  const delayMs = delaysMs[attempts]
  if (attempt.verdict === 'gone' || delayMs === undefined) return { ...tried, state: 'dead' }
  const scheduledMs = delayMs * (1 - jitter * chance)
  return {
    ...tried,
    nextAt: now + Math.round(Math.max(scheduledMs, Math.min(attempt.retryAfterMs, longestWaitMs))),
  }
}

/** Restarts the delivery from its first attempt, under the same id. */
export const replayed = (delivery: Delivery, now: number): Delivery => ({
  ...delivery,
  state: 'pending',
  attempts: 0,
  nextAt: now,
})
