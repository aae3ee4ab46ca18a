import type { Clock } from '../../../clock.ts'
import type { ApiKey } from '../../../keys/key.ts'
import type { ClientUse } from '../../../usage/client-usage.ts'
import type { OldKey } from './old-keys.tsx'
import { run, type Work } from '../../../work.ts'

const dayMs = 86_400_000
/** The time that clients are remembered, and that an unused replaced key is still shown. */
const rememberedMs = 30 * dayMs
const oldKeyShownMs = dayMs

export interface KeyUseDeps {
  keys: {
    live(environmentId: string): Work<ApiKey | undefined>
    /** Replaced keys: those replaced since a time, and those with one of these ids. */
    replaced(
      environmentId: string,
      query: { since: number; or: string[] },
    ): Work<(ApiKey & { replacedAt: number })[]>
  }
  usage: { uses(environmentId: string, since: number): Work<ClientUse[]> }
  clock: Pick<Clock, 'now'>
}

/** The clients of an environment's live key in the last 30 days, and those that still use old keys. */
export const keyUse = async ({ clock, keys, usage }: KeyUseDeps, environmentId: string) => {
  const now = clock.now()
  const live = await run(keys.live(environmentId))
  const uses = await run(usage.uses(environmentId, now - rememberedMs))
  const tried = uses.filter(({ afterRotation, lastSeenAt }) => afterRotation > 0 && lastSeenAt > now - dayMs)
  const oldKeys = (
    await run(
      keys.replaced(environmentId, {
        since: now - oldKeyShownMs,
        or: [...new Set(tried.map(({ keyId }) => keyId))],
      }),
    )
  ).map((key): OldKey => {
    const ofKey = uses.filter(({ keyId, afterRotation }) => keyId === key.id && afterRotation > 0)
    return { ...key, uses: ofKey }
  })
  return { live, uses: uses.filter(({ keyId }) => keyId === live?.id), oldKeys }
}
