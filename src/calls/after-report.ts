import type { Report } from './provider.ts'
import { advance, type Call, type CallEvent, isOver } from './call.ts'
import { withIds } from './provider-ids.ts'

/** An order may need this long to arrive: until then, `not_found` proves nothing. */
const arrivalMs = 120_000
/** A provider must report `not_found` for this long before the call counts as lost: a single 404 may be a glitch. */
const missingMs = 30_000

/**
 * Applies a status report. A call that is over stays as it is. Any report counts as contact, which postpones the next
 * request.
 */
export const afterReport = (call: Call, report: Report, now: number): Call => {
  if (isOver(call)) return report.outcome === 'found' ? report.events.reduce(advance, call) : call
  const asked = {
    ...call,
    dispatch: call.dispatch === 'placed' ? call.dispatch : 'unknown',
    lastContactAt: now,
  } as const
  switch (report.outcome) {
    case 'found': {
      const known: Call = { ...withIds(asked, report), dispatch: 'placed', missingSince: null }
      return report.events.reduce(advance, known)
    }
    case 'not_found': {
      // After the clock was set back, the time starts again.
      const missingSince = Math.min(call.missingSince ?? now, now)
      // The order may still be in transit, or not listed yet.
      const mayArrive = call.dispatch !== 'placed' && now - (call.sentAt ?? call.createdAt) < arrivalMs
      return mayArrive || now - missingSince < missingMs
        ? { ...asked, missingSince }
        : advance({ ...asked, missingSince }, unknownAt(now))
    }
    case 'unknown':
      return asked
  }
}

/** Ends a call at its hard cap. The provider has to hang up, unless the order never left. */
export const afterCap = (call: Call, lookupByCallId: boolean, now: number): Call => ({
  ...advance(call, {
    type: 'ended',
    at: now,
    status: 'failed',
    code: 'max_duration',
    reason: reasonAtCap(call, lookupByCallId),
  }),
  hangUpPending: call.dispatch !== 'pending',
})

/** An order of unknown fate keeps its slot up to the cap: until then the phone may ring at any time. */
const reasonAtCap = ({ dispatch, providerCallId }: Call, lookupByCallId: boolean) => {
  if (dispatch !== 'unknown' || providerCallId !== null)
    return 'The call was still open at the longest allowed duration.'
  const after = lookupByCallId
    ? 'could not say more when it was asked'
    : 'cannot be asked about an order that it has given no id'
  return `What became of the order was never learnt: the provider did not answer it, and ${after}.`
}

const unknownAt = (at: number): CallEvent => ({
  type: 'ended',
  at,
  status: 'failed',
  code: 'provider_lost',
  reason: 'The provider does not know the call: its order never arrived, or was forgotten.',
})
