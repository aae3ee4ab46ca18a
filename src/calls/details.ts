import type { Detail, Report } from './provider.ts'
import { advance, type Call, type CallEvent, isForgotten, isOver } from './call.ts'
import { hasIds, withIds } from './provider-ids.ts'

/** The pauses before each request for details: they are sent half a minute, five and thirty minutes after the end. */
const pausesMs = [30_000, 270_000, 1_500_000] as const
/** The reasons of ends that are ours, whatever the provider does. */
const ourReasons: ReadonlySet<string> = new Set(['ended_on_request', 'max_duration', 'released'])

/**
 * Schedules or cancels the next request for details, by the details that the provider usually reports. Total and
 * idempotent; returns the same object where nothing changes.
 */
export const awaitDetails = (call: Call, expected: readonly Detail[], now: number): Call => {
  const detailsDueAt = dueAt(call, expected, now)
  return detailsDueAt === call.detailsDueAt ? call : { ...call, detailsDueAt }
}

/** Applies the response to a request for details: late details fill what is missing. */
export const afterDetails = (call: Call, report: Report, now: number): Call => {
  const { events, ...ids } = report.outcome === 'found' ? report : { events: [] }
  const detailsAttempts = call.detailsAttempts + 1
  const pauseMs = pausesMs[detailsAttempts]
  const isLast = pauseMs === undefined || events.some(isSilentEnd)
  const told = events.reduce(advance, withIds(call, ids))
  return { ...told, detailsAttempts, detailsDueAt: isLast ? null : now + pauseMs }
}

const dueAt = (call: Call, expected: readonly Detail[], now: number) => {
  if (!hasMoreToTell(call) || expected.every((detail) => call[detail] !== null)) return null
  return call.detailsDueAt ?? (call.detailsAttempts === 0 ? now + pausesMs[0] : null)
}

/**
 * True for a call that the provider has given an id and that may have been answered. An end of ours says nothing about
 * the answer.
 */
const hasMoreToTell = (call: Call) => {
  const { answeredAt, dispatch, reasonCode, status } = call
  if (!isOver(call) || isForgotten(call) || dispatch === 'refused' || !hasIds(call)) return false
  if (reasonCode !== null && ourReasons.has(reasonCode)) return true
  return status === 'completed' || (answeredAt !== null && reasonCode !== 'provider_lost')
}

const isSilentEnd = (event: CallEvent) =>
  event.type === 'ended' && ['busy', 'canceled', 'no_answer'].includes(event.status)
