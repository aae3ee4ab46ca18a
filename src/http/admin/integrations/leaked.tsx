import type { Environment } from '../../../agencies/environment.ts'
import type { ApiKey } from '../../../keys/key.ts'
import { Time } from '../../page/layout.tsx'

interface LeakedProps {
  environment: Pick<Environment, 'accessEnabled'>
  liveKey: ApiKey
}

/** The report that the key leaked, and its consequence; nothing without a report. */
export const LeakedNotice = ({ environment, liveKey: { leakedAt, leakedWhere } }: LeakedProps) =>
  leakedAt === null ? null : (
    <div class="notice error">
      <p>
        <strong>This key has leaked.</strong> It was reported as found
        {leakedWhere !== null && (
          <>
            {' at '}
            <code>{leakedWhere}</code>
          </>
        )}
        {' on '}
        <Time at={leakedAt} />, and API access was switched off that moment.
      </p>
      <p>
        {environment.accessEnabled
          ? 'Access is on again with the same key: whoever found it can start calls until you rotate it.'
          : 'Rotate the key, give the new one to your systems, then enable access.'}
      </p>
    </div>
  )
