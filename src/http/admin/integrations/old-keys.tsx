import type { ApiKey } from '../../../keys/key.ts'
import type { ClientUse } from '../../../usage/client-usage.ts'
import { ClientTable } from './clients.tsx'
import { counted } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'

/** A replaced key, and its clients since then. */
export interface OldKey extends ApiKey {
  replacedAt: number
  uses: ClientUse[]
}

interface OldKeysProps {
  /** Keys that were replaced or used in the last 24 hours. */
  oldKeys: OldKey[]
}

/** The clients that still use an old key after a rotation. */
export const OldKeys = ({ oldKeys }: OldKeysProps) => (
  <>
    {oldKeys.map((key) =>
      key.uses.length > 0 ? (
        <OldKeyInUse key={key.id} oldKey={key} />
      ) : (
        <p key={key.id} class="notice">
          Nothing has used the old key <code>{`…${key.last4}`}</code> since it was replaced{' '}
          <Time at={key.replacedAt} />.
        </p>
      ),
    )}
  </>
)

const OldKeyInUse = ({ oldKey }: { oldKey: OldKey }) => {
  const { uses, last4, replacedAt } = oldKey
  const requests = uses.reduce((sum, { afterRotation }) => sum + afterRotation, 0)
  const lastSeenAt = Math.max(...uses.map((use) => use.lastSeenAt))
  return (
    <section class="notice warning" aria-label={`Old key still in use: …${last4}`}>
      <h3>Old key still in use</h3>
      <p>
        The key <code>{`bvai_sk_…${last4}`}</code> was replaced <Time at={replacedAt} />. Since then{' '}
        {counted(requests, 'request')} still used it, most recently <Time at={lastSeenAt} />, and got 401.
        Update these clients with the new key:
      </p>
      <ClientTable label={`Clients of the old key …${last4}`} uses={uses} sinceRotation />
      <p>
        <small>This notice disappears when nothing has used the old key for 24 hours.</small>
      </p>
    </section>
  )
}
