import type { EnvironmentRow } from '../../../storage/environments.ts'
import type { KeyRow } from '../../../storage/keys.ts'
import { Time } from './layout.tsx'

interface LeakedProps {
  environment: Pick<EnvironmentRow, 'accessEnabled'>
  liveKey: KeyRow
}

/** Where and when the key was found, and what that means as things stand; nothing for a key that nobody reported. */
export const LeakedNotice = ({ environment, liveKey: { leakedAt, leakedWhere } }: LeakedProps) =>
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
        <Time at={leakedAt} />, and API access was disabled at that moment.
      </p>
      <p>
        {environment.accessEnabled
          ? 'Access is enabled again with the same key. Anybody who has it can trigger calls until you rotate it.'
          : 'Rotate the key, update your systems with the new one, then enable access.'}
      </p>
    </div>
  )
