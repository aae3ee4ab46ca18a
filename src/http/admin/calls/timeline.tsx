import type { Call } from '../../../calls/call.ts'
import { WithCopyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { lasting, statusTitles } from '../../page/words.tsx'

const dispatchWords: Record<Call['dispatch'], string> = {
  pending: 'Waiting to be sent to the provider',
  sending: 'Being sent to the provider',
  placed: 'Sent to the provider and accepted',
  refused: 'Sent to the provider and rejected',
  unknown: 'Sent to the provider; callgate is asking for its status',
}

interface Moment {
  what: string
  at: number | null
  why?: string | null
}

/** The events of a call in order, each with its time since the trigger. */
export const Timeline = ({ call }: { call: Call }) => (
  <>
    <h2>Timeline</h2>
    <ol class="timeline">
      {momentsOf(call).map(({ what, at, why }) => (
        <li key={what}>
          <span class="when">{at === null ? '' : since(call, at)}</span>
          <span>
            <strong>{what}</strong>
            {at !== null && (
              <small>
                {' '}
                <Time at={at} show="clock" />
              </small>
            )}
            {why && (
              <span class="why">
                <WithCopyable>{why}</WithCopyable>
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  </>
)

const momentsOf = (call: Call): Moment[] => {
  const moments: Moment[] = [{ what: 'Triggered', at: call.createdAt }]
  if (call.endedAt === null || call.sentAt !== null)
    moments.push({ what: dispatchWords[call.dispatch], at: call.sentAt })
  if (call.ringingAt !== null) moments.push({ what: 'Ringing', at: call.ringingAt })
  if (call.answeredAt !== null)
    moments.push({
      what: call.answeredBy === 'machine' ? 'Answered by a machine' : 'Answered',
      at: call.answeredAt,
    })
  if (call.endedAt !== null)
    moments.push({
      what: `Ended: ${statusTitles[call.status].toLowerCase()}`,
      at: call.endedAt,
      why: call.reason,
    })
  if (call.stillRunningSince !== null)
    moments.push({
      what: 'Still running at the provider',
      at: call.stillRunningSince,
      why: 'The end was reported to the hook, but when callgate asked, the provider said that the call was going on. It took its slot back.',
    })
  if (call.stillRunningUntil !== null) moments.push({ what: 'Slot released', at: call.stillRunningUntil })
  if (call.hangUpPending) moments.push({ what: 'Asking the provider to hang up', at: null })
  return moments
}

/** A time of a provider's clock before the trigger counts as at the trigger. */
const since = (call: Call, at: number) => {
  const ms = Math.max(0, at - call.createdAt)
  return ms > 0 && ms < 1000 ? '+ <1 s' : `+ ${lasting(ms / 1000)}`
}
