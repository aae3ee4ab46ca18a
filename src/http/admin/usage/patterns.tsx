import type { Pattern } from '../../../usage/patterns.ts'
import { Time } from '../../page/time.tsx'

const shownMost = 5

/** Unusual patterns in words. */
export const Patterns = ({ patterns }: { patterns: Pattern[] }) =>
  patterns.length === 0 ? null : (
    <div class="notice warning">
      <h3>Unusual activity</h3>
      <ul>
        {patterns.slice(0, shownMost).map((pattern) => (
          <li key={JSON.stringify(pattern)}>
            <Words pattern={pattern} />
          </li>
        ))}
        {patterns.length > shownMost && <li>{`And ${patterns.length - shownMost} more.`}</li>}
      </ul>
    </div>
  )

const Words = ({ pattern }: { pattern: Pattern }) => {
  if (pattern.kind === 'new_address')
    return (
      <>
        {`The key …${pattern.last4} was used from a new address `}
        <Time at={pattern.firstSeenAt} />
        {`: ${pattern.address} (${pattern.client}). If you don’t recognize it, rotate the key.`}
      </>
    )
  if (pattern.kind === 'rotated_key_burst')
    return (
      <>{`${number(pattern.requests)} requests in the last hour used a key that was replaced. A client still has the old key and keeps trying.`}</>
    )
  return (
    <>{`${number(pattern.requests)} requests in the last hour, compared with ${number(Math.max(1, Math.round(pattern.usual)))} in a typical hour.`}</>
  )
}

const number = (count: number) => count.toLocaleString('en')
