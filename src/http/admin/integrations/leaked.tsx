import type { ApiKey } from '../../../keys/key.ts'
import { Time } from '../../page/time.tsx'

interface LeakedProps {
  liveKey: ApiKey
}

/** The report that the key leaked, and its consequence; nothing without a report. */
export const LeakedNotice = ({ liveKey: { leakedAt, leakedWhere } }: LeakedProps) =>
  leakedAt === null ? null : (
    <div class="notice error">
      <p>
        <strong>This key has leaked.</strong> It was reported
        {leakedWhere !== null && (
          <>
            {' at '}
            <code>{leakedWhere}</code>
          </>
        )}
        {' on '}
        <Time at={leakedAt} show="exact" />, and API access was disabled at that moment.
      </p>
      <p>Rotate the key, update your systems with the new one, then enable access.</p>
    </div>
  )
