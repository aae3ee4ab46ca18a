import { advance } from './advance.ts'
import { type Call, type CallEvent, isOver, isStillRunning } from './call.ts'
import { afterDetails } from './details.ts'
import type { Report } from './provider.ts'
import { withIds } from './provider-ids.ts'

/**
 * A hook's secret belongs to the agency, which has a reason to report ends that are none: they free its slots. So after
 * an end that a hook reported, the provider is asked, once it had the time to notice the end itself.
 */
const checkAfterMs = 10_000
/** The pause between questions about a call that is still running, or that the provider did not answer. */
const pauseMs = 15_000
/** A provider that does not answer is asked for this long. */
const triedForMs = 2 * 60_000

/** Schedules the check of an end that a hook has just reported. */
export const withEndCheck = (before: Call, after: Call, now: number): Call =>
  isOver(after) && !isOver(before) ? { ...after, endCheckDueAt: now + checkAfterMs } : after

/**
 * Applies the answer to the check of an end. Where the call is still running, it holds its slot again until the provider
 * says that it has ended, or until its hard cap. What was reported of its end stays. The answer also brings details, and
 * counts as the request for them that is due.
 */
export const afterEndCheck = (call: Call, report: Report, now: number): Call => {
  if (call.endCheckDueAt === null) return call
  const isDetailsDue = call.detailsDueAt !== null && call.detailsDueAt <= now
  switch (verdictOf(report)) {
    case 'running':
      return now >= call.expiresAt
        ? { ...call, endCheckDueAt: null, hangUpPending: true }
        : again({ ...told(call, report), stillRunningSince: call.stillRunningSince ?? now }, now)
    case 'ended': {
      const answered = isDetailsDue ? afterDetails(call, report, now) : told(call, report)
      return withoutSlot({ ...answered, endCheckDueAt: null }, now)
    }
    case 'unclear':
      return isStillRunning(call) || now < (call.endedAt ?? now) + triedForMs
        ? again(call, now)
        : { ...call, endCheckDueAt: null }
  }
}

/** Takes the slot from a call that is over here and still running at its provider, which has to hang up. */
export const releaseStillRunning = (call: Call, now: number): Call =>
  isStillRunning(call) ? { ...withoutSlot(call, now), endCheckDueAt: null, hangUpPending: true } : call

const withoutSlot = (call: Call, now: number): Call =>
  isStillRunning(call) ? { ...call, stillRunningUntil: now } : call

/** A call that is still running is looked at again at its hard cap at the latest. */
const again = (call: Call, now: number): Call => ({
  ...call,
  endCheckDueAt: isStillRunning(call)
    ? Math.min(now + pauseMs, Math.max(now, call.expiresAt))
    : now + pauseMs,
})

const told = (call: Call, report: Report): Call =>
  report.outcome === 'found' ? report.events.reduce(advance, withIds(call, report)) : call

/** Only a provider that says so makes a call running: one of an unknown state may have ended. */
const verdictOf = (report: Report): 'running' | 'ended' | 'unclear' => {
  if (report.outcome === 'not_found') return 'ended'
  if (report.outcome === 'unknown') return 'unclear'
  if (report.events.some(({ type }) => type === 'ended')) return 'ended'
  return report.events.some(isUnderWay) ? 'running' : 'unclear'
}

const isUnderWay = ({ type }: CallEvent) => type === 'ringing' || type === 'answered'
