import type { Report } from './provider.ts'
import { advance, type Call, type CallEvent, isOver } from './call.ts'

/** For this long after an order went out, its provider's not knowing it proves nothing. */
const arrivalMs = 120_000
/** For this long a provider has to go on not knowing a call before it is believed: one 404 may be a hiccup. */
const missingMs = 30_000

/** A call that is over keeps what it is. Whatever the answer, it was heard, and the next question can wait. */
export const afterReport = (call: Call, report: Report, now: number): Call => {
  if (isOver(call)) return report.known === 'yes' ? report.events.reduce(advance, call) : call
  const asked = {
    ...call,
    dispatch: call.dispatch === 'placed' ? call.dispatch : 'unknown',
    heardAt: now,
  } as const
  switch (report.known) {
    case 'yes': {
      const { providerCallId, events } = report
      return events.reduce(advance, { ...asked, dispatch: 'placed', providerCallId, missingSince: null })
    }
    case 'no': {
      // A clock that was set back begins again.
      const missingSince = Math.min(call.missingSince ?? now, now)
      // An order may still be on its way there, or not listed yet.
      const mayArrive = call.dispatch !== 'placed' && now - (call.sentAt ?? call.createdAt) < arrivalMs
      return mayArrive || now - missingSince < missingMs
        ? { ...asked, missingSince }
        : advance({ ...asked, missingSince }, unknownAt(now))
    }
    case 'unclear':
      return asked
  }
}

/** The call as its hard cap ends it. Whatever was ordered is to be hung up. */
export const afterCap = (call: Call, findsByOurId: boolean, now: number): Call => ({
  ...advance(call, {
    type: 'ended',
    at: now,
    status: 'failed',
    code: 'max_duration',
    reason: reasonAtCap(call, findsByOurId),
  }),
  hangUpDue: call.dispatch !== 'pending',
})

/**
 * An order of unknown fate keeps its slot up to the cap, and no longer: it may ring at any time, and go on for as long as
 * the provider and we let a call go on.
 */
const reasonAtCap = ({ dispatch, providerCallId }: Call, findsByOurId: boolean) => {
  if (dispatch !== 'unknown' || providerCallId !== null)
    return 'The call was still open at the maximum duration.'
  const after = findsByOurId
    ? 'did not know more when callgate asked'
    : 'cannot be asked about a call without its own ID'
  return `The outcome of the call is unknown: the provider did not respond to the request, and ${after}.`
}

const unknownAt = (at: number): CallEvent => ({
  type: 'ended',
  at,
  status: 'failed',
  code: 'provider_lost',
  reason: 'The provider does not know the call: the request never arrived, or the provider deleted the call.',
})
