import { type Call, isOver } from './call.ts'

/** What a change of a call adds to what its environment has used; negative where it takes away. */
export interface SpendingDelta {
  calls: number
  seconds: number
  reservedSeconds: number
  cents: Record<string, number>
}

const nothing: SpendingDelta = { calls: 0, seconds: 0, reservedSeconds: 0, cents: {} }

type Counted = Pick<
  Call,
  'spendingDay' | 'durationSeconds' | 'costCents' | 'currency' | 'createdAt' | 'expiresAt' | 'endedAt'
>

/** The longest that a call may last. */
export const longestSecondsOf = ({ createdAt, expiresAt }: Pick<Call, 'createdAt' | 'expiresAt'>) =>
  Math.ceil((expiresAt - createdAt) / 1000)

/** What a call has used as it stands; nothing for a simulated one. */
const usedBy = (call: Counted): SpendingDelta =>
  call.spendingDay === null
    ? nothing
    : {
        calls: 1,
        seconds: call.durationSeconds ?? 0,
        reservedSeconds: isOver(call) ? 0 : longestSecondsOf(call),
        cents: call.costCents === null || call.currency === null ? {} : { [call.currency]: call.costCents },
      }

/**
 * The difference that a change makes. So the sums over a day are those of the calls that were triggered on it, whatever
 * the order, the number and the time of the changes.
 */
export const spendingDelta = (before: Counted | null, after: Counted): SpendingDelta => {
  const earlier = before ? usedBy(before) : nothing
  const later = usedBy(after)
  const currencies = new Set([...Object.keys(earlier.cents), ...Object.keys(later.cents)])
  return {
    calls: later.calls - earlier.calls,
    seconds: later.seconds - earlier.seconds,
    reservedSeconds: later.reservedSeconds - earlier.reservedSeconds,
    cents: Object.fromEntries(
      [...currencies].map((currency) => [
        currency,
        (later.cents[currency] ?? 0) - (earlier.cents[currency] ?? 0),
      ]),
    ),
  }
}
