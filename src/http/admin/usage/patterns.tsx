import type { Pattern } from '../../../usage/patterns.ts'
import { ago } from '../../page/layout.tsx'

const shownMost = 5

/** Unusual patterns in words. */
export const Patterns = ({ patterns, now }: { patterns: Pattern[]; now: number }) =>
  patterns.length === 0 ? null : (
    <div class="notice warning">
      <h3>Unusual activity</h3>
      <ul>
        {patterns.slice(0, shownMost).map((pattern) => (
          <li key={JSON.stringify(pattern)}>{inWords(pattern, now)}</li>
        ))}
        {patterns.length > shownMost && <li>{`And ${patterns.length - shownMost} more.`}</li>}
      </ul>
    </div>
  )

const inWords = (pattern: Pattern, now: number) => {
  if (pattern.kind === 'new_address')
    return `The key …${pattern.last4} was used from a new address ${ago(pattern.firstSeenAt, now)}: ${pattern.address} (${pattern.client}). If you don’t recognize it, rotate the key.`
  if (pattern.kind === 'rotated_key_burst')
    return `${number(pattern.requests)} requests in the last hour used a key that was replaced. A client still has the old key and keeps trying.`
  return `${number(pattern.requests)} requests in the last hour, compared with ${number(Math.max(1, Math.round(pattern.usual)))} in a typical hour.`
}

const number = (count: number) => count.toLocaleString('en')
