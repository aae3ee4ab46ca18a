import type { Report } from './provider.ts'
import { advance } from './advance.ts'
import { type Call, type CallEvent, isOver } from './call.ts'
import { withIds } from './provider-ids.ts'

/** For this long after an order went out, its provider's not knowing it proves nothing. */
const arrivalMs = 120_000
/** For this long a provider has to go on not knowing a call before it is believed: one 404 may be a hiccup. */
const missingMs = 30_000

/** A call that is over keeps what it is. Whatever the answer, it was heard, and the next question can wait. */
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
      // A clock that was set back begins again.
      const missingSince = Math.min(call.missingSince ?? now, now)
      // An order may still be on its way there, or not listed yet.
      const mayArrive = call.dispatch !== 'placed' && now - (call.sentAt ?? call.createdAt) < arrivalMs
      return mayArrive || now - missingSince < missingMs
        ? { ...asked, missingSince }
        : advance({ ...asked, missingSince }, unknownAt(now))
    }
    case 'unknown':
      return asked
  }
}

/** The call as its hard cap ends it. Whatever was ordered is to be hung up. */
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

/**
 * An order of unknown fate keeps its slot up to the cap, and no longer: it may ring at any time, and go on for as long as
 * the provider and we let a call go on.
 */
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
